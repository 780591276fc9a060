-- Drops the indexes of the events.
select {ledger}.unindex_events()
