-- What a task is known by (TT-12): its Jira id, or without one its words. Kept beside the words and not in an index of the
-- tasks, for that would be written at every change of an assignee: a shuffle changes all of them.
drop function is_on_board;
drop index tasks_by_jira_id, tasks_by_title;

create function identity_of_task(jira_id text, title text, description text)
  returns text language sql immutable parallel safe
  return coalesce(jira_id, md5(title) || md5(coalesce(description, '')));

alter table task_words add column identity text;
update task_words set identity = identity_of_task(jira_id, title, description) from tasks where tasks.number = task_words.number;
alter table task_words alter column identity set not null;
create index task_words_by_identity on task_words (identity);

create function is_on_board(imported_id uuid, row_jira_id text, row_title text, row_description text)
  returns boolean language sql stable parallel safe
  return exists (select from tasks where id = imported_id)
      or exists (select from task_words where identity = identity_of_task(row_jira_id, row_title, row_description));
