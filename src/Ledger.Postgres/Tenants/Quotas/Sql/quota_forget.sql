-- Forgets what was counted.
delete from {ledger}.quota_used
