-- Which tenant the entries of a seal name that were made in a schema of many, as tenant_seal_note says it; null for none.
select obj_description(to_regclass(quote_ident({ledger_text}) || '.seal_head'), 'pg_class')
