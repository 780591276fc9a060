-- Empties the index of the search.
select {ledger}.clear_search_v1()
