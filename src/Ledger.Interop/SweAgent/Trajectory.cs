using System.Text.Json;
using Ledger.Files;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Interop.SweAgent;

/// <summary>Reads recordings of SWE-agent: one JSON document with <c>trajectory</c>, <c>history</c>, <c>info</c>, <c>attempts</c>, some of which may be absent.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>The problem becomes an object <c>task</c>, and the messages before the first answer an <c>llm.request</c>.</item>
/// <item>A step becomes <c>llm.response</c>, <c>tool.called</c>, <c>tool.returned</c>, each caused by the one before. Without
/// <c>trajectory</c> the turns of <c>history</c> are the steps.</item>
/// <item>A file that was opened or edited becomes an object <c>file:{path}</c> with the number of its edits, related to the task.
/// Edits that the tool refused do not count; for a removed file the object is removed.</item>
/// <item>Each tool call that the model wrote as JSON becomes a <c>tool.called</c>, and the message that answers it a <c>tool.returned</c>; both
/// keep the id of the call as <c>tool_call_id</c>. Message parts other than text, such as images, stay unchanged.</item>
/// <item>If an agent tried several times, the attempt at the top of the file is the run, or if there are only attempts, the best or
/// the last one; the others become branches.</item>
/// <item>The end becomes an object <c>outcome</c>, the submission an object <c>submission</c>, related to the files it changes. What has no other place
/// is in a last event, <c>recording.extra</c>.</item>
/// </list>
/// <para>Ids are foreign, such as <c>step-3.called</c>, and the same each time, so a recording can be imported again. The files have no times.</para>
/// </remarks>
internal static class Trajectory
{
    private static readonly string[] Members = ["trajectory", "history", "attempts"];
    private static readonly string[] Known = [.. Members, "info", "environment"];

    /// <summary>Reads the events of the run; if there are several attempts, those of the main one.</summary>
    /// <exception cref="EventFileException">The text is not a JSON object, or has no step. The message has the line and column, and the number of steps read.</exception>
    public static IReadOnlyList<NewEvent> Read(ReadOnlyMemory<byte> utf8) => [.. TracksOf(() => Parse(utf8), "trajectory")[0].Read(new Extras())];

    /// <summary>Reads a whole recording: the run and its other attempts.</summary>
    /// <param name="read">Returns the text; called again for each read, so that it need not be kept.</param>
    /// <param name="id">The id of the run; attempt 2 becomes the branch <c>{id}-attempt-2</c>, which shares the events with the agent's prompt.</param>
    /// <exception cref="EventFileException">The text is not a JSON object, or has no step. The message has the line and column, and the number of steps read.</exception>
    public static ForeignRecording ReadRecording(Func<ReadOnlyMemory<byte>> read, string id) =>
        ForeignRecording.Of(RecordingFormat.SweAgent, null, TracksOf(() => Parse(read()), id));

    private static IReadOnlyList<Track> TracksOf(Func<JsonElement> read, string id)
    {
        var json = read();
        if (!Members.Any(name => json.Member(name).ValueKind == JsonValueKind.Array))
        {
            throw new EventFileException(1, 1, "the JSON has none of the lists 'trajectory', 'history' and 'attempts'. A .traj file of SWE-agent has one.");
        }

        var attempts = new TrajectoryAttempts(json, new Extras());
        if (attempts.Run.ValueKind == JsonValueKind.Undefined)
        {
            throw new EventFileException(
                1, 1, "the JSON has no step: every step of 'trajectory' and every message of the role 'assistant' in 'history' is empty, so there is no run to import.");
        }

        return [new Track(id, extras => RunOf(read(), extras)), .. attempts.Others.Select(other => BranchTrack(read, id, other.Number))];
    }

    private static Track BranchTrack(Func<JsonElement> read, string id, int number) =>
        new($"{id}-attempt-{number}", extras => BranchOf(read(), id, number, extras)) { IsBranch = true };

    private static IReadOnlyList<NewEvent> RunOf(JsonElement json, Extras extras)
    {
        var kept = new Extras();
        var run = new TrajectoryAttempts(json, kept).Run;
        if (run.GetRawText() != json.GetRawText())
        {
            kept.AddOthers(json, "", Known);
        }

        var events = new TrajectoryEvents(run, json, kept).Make();
        extras.Add(kept);
        return events;
    }

    private static IReadOnlyList<NewEvent> BranchOf(JsonElement json, string id, int number, Extras extras)
    {
        var kept = new Extras();
        var run = RunOf(json, new Extras());
        var attempt = new TrajectoryEvents(json.Items("attempts").ElementAt(number - 1), json, kept).Make();
        extras.Add(kept);
        var shared = run.Take(TrajectoryEvents.StartEvents).Zip(attempt).TakeWhile(p => IsSame(p.First, p.Second)).Count();
        var created = Track.Fork(
            RecordingFormat.SweAgent,
            $"{id}-attempt-{number}",
            $"attempt-{number}",
            id,
            shared,
            $"attempt {number}",
            shared == 0 ? [] : [run[shared - 1].Metadata.ForeignId!]);
        return [created, .. attempt.Skip(shared)];
    }

    private static bool IsSame(NewEvent one, NewEvent other) => JsonEquality.Instance.Equals(
        EventJson.ParseElement(EventRegistry.Default.Write(one).Json), EventJson.ParseElement(EventRegistry.Default.Write(other).Json));

    private static JsonElement Parse(ReadOnlyMemory<byte> utf8) =>
        JsonSource.Parse((utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8).Span, 1, "step", "steps");
}
