-- Says that a projection has applied the events of this transaction's append. {projection}: its name, {prefix}: what the names of its
-- streams begin with, both as constants.
select {ledger}.advance_v2({projection}, {prefix})
