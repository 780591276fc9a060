-- Records that a projection has applied the events of this transaction's append. {projection}: its name, {prefix}: the prefix of its streams' names, both as
-- constants.
select {ledger}.advance_v2({projection}, {prefix})
