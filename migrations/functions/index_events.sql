-- Makes the indexes for questions in SQL about all runs: by the type of events, by time, by the tool of calls, from calls to their ends, and from answers to the requests
-- of recordings. Every append then writes to them. Marten leaves them alone in a store that is configured by Ledger of this version or a later one; another one may drop
-- them, which loses nothing but time. The keys of the last two are hashes: a name may be longer than an entry of an index.
-- Result: none.
create or replace function {ledger}.index_events()
returns void
language sql
volatile
as $function$
    create index if not exists ix_mt_events_at on {events}.mt_events using brin ("timestamp") with (pages_per_range = 32, autosummarize = on);
    create index if not exists ix_mt_events_type on {events}.mt_events (type, seq_id);
    create index if not exists ix_mt_events_tool on {events}.mt_events ((data ->> 'tool'), seq_id) where type = 'tool.called';
    create index if not exists ix_mt_events_end on {events}.mt_events (
        stream_id, hashtextextended(coalesce(causation_id, headers -> 'foreign_causes' ->> 0, data ->> 'call_id'), 0))
        where type in ('llm.response', 'tool.returned', 'call.failed', 'call.released');
    create index if not exists ix_mt_events_request on {events}.mt_events (
        stream_id, hashtextextended(headers ->> 'foreign_id', 0))
        where type = 'llm.request'
          and headers ->> 'foreign_id' is not null
$function$;

comment on function {ledger}.index_events() is
    'Makes indexes of the events by type, time, tool and call, for questions in SQL about all runs. Every append then writes to them.';
