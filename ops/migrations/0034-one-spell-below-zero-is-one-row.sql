-- Who came over zero and fell below it again on one date, in two batches, had two rows for one spell. The balances by date
-- say which spells there are (0013).

delete from analytics.below;
insert into analytics.below select * from analytics.below_by_balances;
