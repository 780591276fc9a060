-- Whether a label is held.
select exists (select from {ledger}.retention_hold as h where starts_with(h.target, 'label:'))
