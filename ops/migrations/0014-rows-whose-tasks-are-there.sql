-- Whether a row of a file has its task on the board (TT-12): one that was imported, whatever became of it, or any with the
-- row's Jira id, or without one any with its words. What was exported can so be imported again.
create index tasks_by_title on tasks (md5(title)) where jira_id is null;

create function is_on_board(imported_id uuid, row_jira_id text, row_title text, row_description text)
  returns boolean language sql stable parallel safe
  return exists (select from tasks where id = imported_id)
      or exists (select from tasks where jira_id = row_jira_id)
      or (row_jira_id is null
          and exists (select from tasks
                       where jira_id is null and md5(title) = md5(row_title) and title = row_title
                         and coalesce(description, '') = coalesce(row_description, '')));
