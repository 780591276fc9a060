-- The holds by their targets, at most 10,000.
select h.target, h.reason, h.held_by, h.held_at
from {ledger}.retention_hold as h
order by h.target collate "C"
limit 10000
