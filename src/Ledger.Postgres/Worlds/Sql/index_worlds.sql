-- Makes the index of current objects by their data.
select {ledger}.index_worlds()
