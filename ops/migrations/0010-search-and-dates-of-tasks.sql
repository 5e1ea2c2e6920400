-- Tasks are found by their words and by the business dates on which they appeared and were completed.

-- What a search finds of a task: its words as they are written, their stems (of Latin words the English ones, that is what
-- `russian` does with them), and its ids, each as one word.
create function words_of_task(number integer, jira_id text, title text, description text)
  returns tsvector language sql immutable parallel safe
  return to_tsvector('pg_catalog.simple', concat_ws(' ', title, description))
      || to_tsvector('pg_catalog.russian', concat_ws(' ', title, description))
      || array_to_tsvector(array_remove(array['#' || number, lower(jira_id), nullif(split_part(jira_id, '-', 2), '')], null));

-- Words that begin like a quoted one with `:*` behind it, and words of its stem. Most stems are beginnings themselves,
-- and find whatever the word finds.
create function words_begun(word text) returns tsquery language sql immutable parallel safe
  return case when to_tsquery('pg_catalog.russian', word)::text <> ''
               and starts_with(word, rtrim(to_tsquery('pg_catalog.russian', word)::text, ''':*'))
              then to_tsquery('pg_catalog.russian', word)
              else word::tsquery || to_tsquery('pg_catalog.russian', word) end;

-- Beside the tasks and not in them: a change of status or assignee then writes nothing into the index.
create table task_words (
  number integer primary key,
  words  tsvector not null
);
insert into task_words (number, words)
  select number, words_of_task(number, jira_id, title, description) from tasks;
create index task_words_found on task_words using gin (words);

alter table tasks
  add column created_date   date,
  add column completed_date date;
update tasks set created_date = at.created, completed_date = at.completed
  from (select task_id, min(business_date) filter (where kind = 'created') as created,
               min(business_date) filter (where kind = 'completed') as completed
          from task_history group by task_id) as at
 where at.task_id = tasks.id;
update tasks set created_date = created_at::date where created_date is null;
alter table tasks alter column created_date set not null;
