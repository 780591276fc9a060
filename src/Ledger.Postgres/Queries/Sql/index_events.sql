-- Makes the indexes of the events.
select {ledger}.index_events()
