-- Whom an identity provider means by a name of its own: an e-mail address may change hands, its subject does not.
create table identities (
  issuer     text not null,
  subject    text not null,
  user_id    uuid not null,
  created_at timestamptz not null default now(),
  primary key (issuer, subject)
);
