-- Whether this role may read events and write the rows of worlds itself; otherwise only the functions may, which the owner of the tables has made.
select case
           when has_schema_privilege({events_text}, 'usage') and has_schema_privilege({ledger_text}, 'usage') then
               has_table_privilege(quote_ident({events_text}) || '.mt_events', 'select')
               and (
                   select bool_and(has_table_privilege(quote_ident({ledger_text}) || '.' || w.name, r.name))
                   from unnest('{world_head,world_object,world_object_past,world_relation,world_relation_past,world_fault}'::text[]) as w (name)
                   cross join unnest('{select,insert,update,delete}'::text[]) as r (name))
           else false
       end
