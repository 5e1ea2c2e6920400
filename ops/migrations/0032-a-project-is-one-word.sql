-- The words of a project's Jira ids all begin alike: whoever searched for `uber` had each id of `UBERPOP` looked up, a
-- third of the search at 100,000 tasks. The project is now a word of its own, and a whole id stands behind a mark that no
-- word begins with.
create or replace function words_of_task(number integer, jira_id text, title text, description text)
  returns tsvector language sql immutable parallel safe
  return to_tsvector('pg_catalog.simple', concat_ws(' ', title, description))
      || to_tsvector('pg_catalog.russian', concat_ws(' ', title, description))
      || array_to_tsvector(array_remove(array['#' || number, '~' || lower(jira_id), nullif(lower(split_part(jira_id, '-', 1)), ''),
                                              nullif(split_part(jira_id, '-', 2), '')], null));

drop index task_words_found;
update task_words set words = words_of_task(tasks.number, jira_id, title, description)
  from tasks where tasks.number = task_words.number and jira_id is not null;
create index task_words_found on task_words using gin (words);
