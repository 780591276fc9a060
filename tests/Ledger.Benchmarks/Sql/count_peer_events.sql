-- The events that Marten has.
select count(*) from peer.mt_events
