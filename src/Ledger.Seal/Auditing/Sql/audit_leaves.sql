-- The leaves from {from} on and before {until}, in order.
copy (
    select l.leaf, l.seq, l.data_salt, l.headers_salt, l.data_commitment, l.bdata_commitment, l.checksums, l.headers_commitment
    from {ledger}.seal_leaf as l
    where l.leaf >= {from}
      and l.leaf < {until}
    order by l.leaf)
to stdout (format binary)
