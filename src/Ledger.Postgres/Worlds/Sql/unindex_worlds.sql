-- Drops the index of current objects by their data.
select {ledger}.unindex_worlds()
