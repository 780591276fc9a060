-- Notifies listeners of appended events. Without a flush to disk: a notification does not outlive a crash anyway.
select set_config('synchronous_commit', 'off', true),
       pg_notify('mt_events_appended', '')
