-- Ends a hold: $1 the target.
delete from {ledger}.retention_hold as h where h.target = $1
