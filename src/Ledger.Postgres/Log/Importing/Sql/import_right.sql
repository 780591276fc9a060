-- Whether this role may write events and streams itself; otherwise only the functions of an append may, which the owner of the tables has made.
select has_table_privilege(quote_ident({events_text}) || '.mt_events', 'insert')
    and has_table_privilege(quote_ident({events_text}) || '.mt_streams', 'insert')
    and has_table_privilege(quote_ident({events_text}) || '.mt_streams', 'update')
