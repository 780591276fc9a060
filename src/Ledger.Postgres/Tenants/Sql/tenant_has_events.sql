-- Whether a log has a stream or an event.
select exists (select from {events}.mt_streams) or exists (select from {events}.mt_events)
