-- Whether there is a log.
select to_regclass(quote_ident({events_text}) || '.mt_streams') is not null
   and to_regclass(quote_ident({events_text}) || '.mt_events') is not null
