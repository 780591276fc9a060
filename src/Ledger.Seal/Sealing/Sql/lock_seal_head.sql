-- Holds the head of the tree. It is a statement of its own, because the next one sees what was committed while this one waited: a transaction that replaces a payload shares
-- the head until it ends.
select 1 from {ledger}.seal_head as h for no key update
