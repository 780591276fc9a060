-- What tag_events_v1 needs. One row: the tables that are missing, and the number of the newest event.
select array(
           select n.name
           from unnest(array[
               'mt_event_tag_ledger_actor', 'mt_event_tag_ledger_model', 'mt_event_tag_ledger_tool', 'mt_event_tag_ledger_task',
               'mt_dcb_tag_version']) as n (name)
           where to_regclass(quote_ident({events_text}) || '.' || n.name) is null
           order by n.name collate "C"),
       (select coalesce(max(e.seq_id), 0) from {events}.mt_events as e)
