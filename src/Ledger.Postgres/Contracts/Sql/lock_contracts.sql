-- Keeps others from declaring contracts until the end of the transaction; readers go on.
lock table {ledger}.event_contract in share row exclusive mode
