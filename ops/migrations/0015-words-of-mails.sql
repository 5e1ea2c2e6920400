-- What was written to people, so that it can be sent again as it was (PAY-5).
create table mail_words (
  mail_id uuid primary key,
  subject text not null,
  text    text not null,
  html    text not null
);
