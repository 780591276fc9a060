-- The migrations that the database says it has, as XML, or null where it has no table of them: a statement that named the table would fail
-- there. One row.
select case
           when to_regclass(quote_ident({ledger_text}) || '.migration') is not null then
               query_to_xml(
                   'select number, name, checksum, applied_at, applied_by from ' || quote_ident({ledger_text}) || '.migration order by number',
                   false, false, '')::text
       end;
