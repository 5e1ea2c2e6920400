-- Earnings and the open day's totals sum a date's entries; "earned today" those of one account. One index answers all
-- of them without touching the table, so it takes the place of the one by date and kind: no posting pays for two.

create index entries_by_day on entries (business_date, account_id) include (kind, amount);
drop index entries_by_date;
