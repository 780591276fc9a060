-- Makes the indexes for questions in SQL about all runs: by the type of events, by time, and by the tool of calls. Every append then
-- writes to them. Marten leaves them alone in a store that is configured by Ledger of this version or a later one; another one may drop them, which loses
-- nothing but time.
-- Result: none.
create or replace function {ledger}.index_events()
returns void
language sql
volatile
as $function$
    create index if not exists ix_mt_events_at on {events}.mt_events using brin ("timestamp") with (pages_per_range = 32, autosummarize = on);
    create index if not exists ix_mt_events_type on {events}.mt_events (type, seq_id);
    create index if not exists ix_mt_events_tool on {events}.mt_events ((data ->> 'tool'), seq_id) where type = 'tool.called'
$function$;

comment on function {ledger}.index_events() is
    'Makes indexes of the events by type, time and tool, for questions in SQL about all runs. Every append then writes to them.';
