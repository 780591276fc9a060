-- Ends the transaction of an append and its projections.
commit
