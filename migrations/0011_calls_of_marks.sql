-- Which events of a run are of calls, approvals, budgets and ends is kept with its marks, so that they are read without the others.

-- The versions of these events since the mark before; null in marks that earlier programs wrote, until the summaries are rebuilt.
alter table {ledger}.run_mark add column calls bigint[];

-- Which types of events these are, as a number of their list: a program with another list looks at the events themselves.
alter table {ledger}.run_mark add column calls_of integer;
