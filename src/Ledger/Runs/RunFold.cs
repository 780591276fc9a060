using Ledger.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>The rules of what a run's own events say about it, built-in ones first. Not safe for concurrent use.</summary>
/// <remarks>It may be given only the events of <see cref="TypesFor"/>, the first event and the last: a version that is missing stands for work of another kind.</remarks>
internal sealed class RunFold
{
    // An event whose id is that of none of so many attempts was recorded in another way.
    private const int MostAttempts = 64;
    private const int LongestText = 4_000;

    /// <summary>The types of events that calls, approvals, budgets and ends consist of; the marks of a run name those events.</summary>
    public static readonly string[] CallTypes =
    [
        "llm.request", "llm.response", "tool.called", "tool.returned", "call.requested", "call.returned", "call.failed", "call.answered", "call.unknown",
        "call.released", "approval.requested", "approval.decided", "budget.set", "budget.joined", "budget.exhausted", "responder.completed", "responder.failed",
        "run.renamed", "run.labelled", "run.completed", "run.failed", "llm.usage", RecordingEnd.EventType, "branch.created",
    ];

    private readonly StreamName _stream;
    private readonly IReadOnlyList<RunRule> _rules;

    /// <param name="stream">The run or branch.</param>
    /// <param name="state">Where it goes on from; it is changed.</param>
    /// <param name="rules">The rules of the application.</param>
    public RunFold(StreamName stream, RunState state, IReadOnlyList<RunRule> rules) => (_stream, State, _rules) = (stream, state, rules);

    public RunState State { get; }

    /// <summary>The types of events that it has to see; null for all, because rules of the application may want any.</summary>
    public static string[]? TypesFor(IReadOnlyList<RunRule> rules) => rules.Count == 0 ? CallTypes : null;

    /// <summary>Takes the next own event; one that it has taken already changes nothing.</summary>
    public void Take(RecordedEvent recorded)
    {
        var version = recorded.Version.Value;
        if (version <= State.Version)
        {
            return;
        }

        if (State.Version == 0)
        {
            State.StartedAt = recorded.Timestamp;
        }

        if (version > State.Version + 1)
        {
            Continue();
        }

        (State.Version, State.UpdatedAt) = (version, recorded.Timestamp);
        if (IsRecording(recorded) && recorded.Metadata.OccurredAt is { } occurred)
        {
            State.OccurredFrom = State.OccurredFrom < occurred ? State.OccurredFrom : occurred;
            State.OccurredUntil = State.OccurredUntil > occurred ? State.OccurredUntil : occurred;
        }

        TakeBuiltIn(recorded);
        foreach (var rule in _rules)
        {
            if (rule(recorded, RunSummaries.Of(_stream, State, recorded.Timestamp)) is { } change)
            {
                Take(change);
            }
        }
    }

    private void TakeBuiltIn(RecordedEvent recorded)
    {
        switch (recorded.Type)
        {
            case "llm.request" or "tool.called" or "call.requested":
                Continue();
                TakeRequest(recorded);
                break;
            case "llm.response" or "tool.returned" or "call.returned":
                TakeResponse(recorded);
                break;
            case "call.failed":
                State.Own = State.Own.Plus(RunningTotals.Of(recorded));
                Close(recorded);
                End(RunStatus.Failed, recorded.Data is CallFailed call ? call.Error : null);
                break;
            case "call.answered":
                State.Own = State.Own.Plus(RunningTotals.Of(recorded));
                Continue();
                break;
            case "llm.usage":
                State.Own = State.Own.Plus(RunningTotals.Of(recorded));
                break;
            case RecordingEnd.EventType:
                State.Own = State.Own.Plus(RunningTotals.Of(recorded));
                TakeEnd(recorded);
                break;
            case "branch.created":
                End(RunStatus.Done, null);
                break;
            case "call.released":
                Close(recorded);
                GoOn();
                break;
            case "call.unknown":
                Replace(recorded, begun => begun with { Call = begun.Call with { IsUnknown = true } });
                break;
            case "approval.requested" or "approval.decided":
                TakeApproval(recorded);
                break;
            case "budget.exhausted":
                Continue();
                State.WaitsForBudget = true;
                break;
            case "budget.set":
                State.WaitsForBudget = false;
                break;
            case "budget.joined":
                break;
            case "responder.completed":
                End(RunStatus.Done, null);
                break;
            case "responder.failed":
                End(RunStatus.Failed, recorded.Data is ResponderFailed responder ? responder.Error : null);
                break;
            case "run.completed":
                Settle(RunStatus.Done, null);
                break;
            case "run.failed":
                Settle(RunStatus.Failed, recorded.Data is RunFailed failed ? failed.Error : null);
                break;
            case "run.renamed":
                Rename(recorded);
                break;
            case "run.labelled":
                Label(recorded);
                break;
            default:
                Continue();
                break;
        }
    }

    private void Take(RunChange change)
    {
        if (change.Status is { } status)
        {
            Settle(status, change.Error);
        }

        State.Model = change.Model ?? State.Model;
        State.Title = State.IsNamed ? State.Title : Short(change.Title) ?? State.Title;
        Label(change.Labels, []);
    }

    /// <summary>The run is at work.</summary>
    private void Continue() => (State.Outcome, State.IsStated, State.Error) = (RunStatus.Running, false, null);

    /// <summary>A call has ended: the run is at work, unless it was said to have ended before.</summary>
    private void GoOn()
    {
        if (!HasEnded)
        {
            Continue();
        }
    }

    /// <summary>The run has ended, if nothing follows, it waits for nothing, and nothing else was said before.</summary>
    private void End(RunStatus outcome, string? error)
    {
        if (!HasEnded)
        {
            Settle(outcome, error);
            State.IsStated = false;
        }
    }

    /// <summary>The run has ended, whatever was left open.</summary>
    private void Settle(RunStatus outcome, string? error) =>
        (State.Outcome, State.IsStated, State.Error) = (outcome, true, outcome == RunStatus.Failed ? Short(error) : null);

    // The end of a call that was under way when the run was given up or completed does not reopen it.
    private bool HasEnded => State is { IsStated: true, Outcome: RunStatus.Done or RunStatus.Failed };

    // Without a stated result, a recording whose last call failed has failed.
    private void TakeEnd(RecordedEvent recorded)
    {
        if (RunText.ResultOf(recorded.ToJsonElement()) is var (outcome, error))
        {
            Settle(outcome, error);
        }
        else if (State.Outcome != RunStatus.Failed)
        {
            End(RunStatus.Done, null);
        }
    }

    private void TakeRequest(RecordedEvent recorded)
    {
        State.WaitsForBudget = false;
        if (CallEventForm.RequestOf(recorded) is not var (kind, request))
        {
            return;
        }

        State.ToolCalls += kind == CallEventForm.Tool ? 1 : 0;
        if (kind == CallEventForm.Llm)
        {
            State.ModelCalls += IsRecording(recorded) ? 0 : 1;
            State.Model = RunText.ModelOf(request) ?? State.Model;
            State.Question ??= RunText.TitleOf(request);
        }

        if (CallEventForm.Text(recorded, CallEventForm.HashHeader) is { } hash)
        {
            TakeClaim(recorded, kind, hash);
        }
    }

    // Only what CallAsync has begun here has an end that others wait for; a request before the fork is answered there.
    private void TakeClaim(RecordedEvent recorded, string kind, string hash)
    {
        var attempt = CallEventForm.Text(recorded, CallEventForm.AttemptHeader);
        var slot = CallEventForm.SlotOf(recorded);
        for (var tries = 0; tries < MostAttempts; tries++)
        {
            if (recorded.Id == EventIds.OfCall(_stream, kind, hash, attempt, slot, tries))
            {
                var occurrence = $"{kind}\n{hash}\n{slot}\n{attempt}";
                State.Open = [.. State.Open
                    .Where(begun => begun.Occurrence != occurrence || begun.IsReserved)
                    .Select(begun => begun.Occurrence == occurrence ? begun with { IsRepeated = true } : begun)];
                var owner = CallEventForm.Text(recorded, CallEventForm.OwnerHeader);
                var call = new OpenCall(recorded.Id, kind, owner, recorded.Timestamp, IsUnknown: false);
                State.Open.Add(new BegunCall(call, occurrence) { IsReserved = CallEventForm.IsReserved(recorded) });
                return;
            }
        }
    }

    private void TakeResponse(RecordedEvent recorded)
    {
        var data = recorded.ToJsonElement();
        State.Own = State.Own.Plus(RunningTotals.Of(recorded, CallTotals.Of(recorded, data)));
        Close(recorded);
        GoOn();
        if (recorded.Type != "llm.response")
        {
            return;
        }

        State.ModelCalls += IsRecording(recorded) ? 1 : 0;
        State.Model = RunText.ModelOf(data) ?? State.Model;
        if (CallEventForm.HasFailed(recorded, data))
        {
            End(RunStatus.Failed, RunText.ErrorOf(data));
        }
        else if (!RunText.AsksForTool(data))
        {
            End(RunStatus.Done, null);
        }
    }

    private void TakeApproval(RecordedEvent recorded)
    {
        if (recorded.Data is ApprovalRequested asked)
        {
            Continue();
            State.Asked.RemoveAll(a => a.Kind == asked.Kind && a.RequestHash == asked.RequestHash);
            State.Asked.Add(new AskedApproval(recorded.Id, asked.Kind, asked.RequestHash, asked.ExpiresAt));
        }
        else if (recorded.Data is ApprovalDecided decided)
        {
            var ended = State.Asked.RemoveAll(
                a => a.Kind == decided.Kind && a.RequestHash == decided.RequestHash && recorded.Metadata.Causes.Contains(a.Id));
            State.WaitsForBudget &= ended == 0 || decided.Kind != BudgetRaise.Kind || !decided.IsApproved;
        }
    }

    private void Close(RecordedEvent recorded) => Replace(recorded, _ => null);

    // As in CallIndex, a response belongs to the request among its causes, or to the one that its call_id names.
    private void Replace(RecordedEvent recorded, Func<BegunCall, BegunCall?> change)
    {
        if (State.Open.Count == 0)
        {
            return;
        }

        foreach (var id in RunText.RequestsNamedBy(recorded))
        {
            var index = State.Open.FindIndex(begun => begun.Call.RequestId == id
                && (!CallEventForm.IsResponse(recorded.Type) || CallEventForm.Answers(recorded.Type, begun.Call.Kind)));
            if (index >= 0)
            {
                var changed = change(State.Open[index]);
                State.Open.RemoveAt(index);
                if (changed is not null)
                {
                    State.Open.Insert(index, changed);
                }

                return;
            }
        }
    }

    private void Rename(RecordedEvent recorded)
    {
        if (recorded.Data is RunRenamed renamed)
        {
            (State.Title, State.IsNamed) = renamed.Title.Length == 0 ? (null, false) : (Short(renamed.Title), true);
        }
    }

    private void Label(RecordedEvent recorded)
    {
        if (recorded.Data is RunLabelled labelled)
        {
            Label(labelled.Added ?? [], labelled.Removed ?? []);
        }
    }

    private void Label(IReadOnlyList<string> added, IReadOnlyList<string> removed)
    {
        if (added.Count + removed.Count > 0)
        {
            State.Labels = [.. State.Labels.Except(removed, StringComparer.Ordinal).Union(added, StringComparer.Ordinal).Order(CodePointComparer.Instance)];
        }
    }

    // Recordings of other tools may tell a model several things before it answers, and have answers to results of tools: their answers are the calls.
    private static bool IsRecording(RecordedEvent recorded) => recorded.Metadata is { ForeignId: not null, Source: not null };

    private static string? Short(string? text) => text is null ? null : StorableText.Of(text, LongestText);
}
