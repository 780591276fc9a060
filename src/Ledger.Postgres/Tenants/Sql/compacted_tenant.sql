-- The tenant that the entry of an event e names that a compaction took out of its stream, in a log that is alone in its schema; see tenant_seal_note. An expression, whose questions are
-- asked once for all events.
case
    when e.seq_id <= (select substring(obj_description(to_regclass(quote_ident({ledger_text}) || '.seal_head'), 'pg_class') from '^The entries up to ([0-9]+) name the tenant ')::bigint) then
        (select substring(obj_description(to_regclass(quote_ident({ledger_text}) || '.seal_head'), 'pg_class') from '^The entries up to [0-9]+ name the tenant (.*)$'))
    else {tenant}
end
