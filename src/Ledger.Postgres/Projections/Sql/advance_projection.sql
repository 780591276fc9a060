-- Says that a projection has applied the events of this transaction's append. {projection}: its name, as a constant.
select {ledger}.advance_v1({projection})
