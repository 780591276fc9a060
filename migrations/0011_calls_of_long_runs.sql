-- The events of calls, approvals, budgets and ends of a run are found without the others: what a run costs and which calls it has made is read from them,
-- however many other events it has. Statements name the same types in the same words, so that the server can use the index.
create index ix_mt_events_calls on {events}.mt_events (stream_id, version)
    where type in (
        'llm.request', 'llm.response', 'tool.called', 'tool.returned', 'call.requested', 'call.returned', 'call.failed', 'call.answered', 'call.unknown',
        'call.released', 'approval.requested', 'approval.decided', 'budget.set', 'budget.joined', 'budget.exhausted', 'responder.completed', 'responder.failed',
        'run.renamed', 'run.labelled', 'run.completed', 'run.failed', 'llm.usage', 'recording.ended', 'branch.created');
