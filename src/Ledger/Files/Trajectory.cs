using System.Text;
using System.Text.Json;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Files;

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
/// <item>The end becomes an object <c>outcome</c>, the submission an object <c>submission</c>, related to the files it changes.</item>
/// </list>
/// <para>Ids are foreign, such as <c>step-3.called</c>, and the same each time, so a recording can be imported again. The files have no times.</para>
/// </remarks>
public static class Trajectory
{
    private static readonly string[] Members = ["trajectory", "history", "attempts"];
    private static readonly string[] Known = [.. Members, "info", "environment"];

    /// <summary>Reads the events of the run; if there are several attempts, those of the main one.</summary>
    /// <exception cref="EventFileException">The text is not a JSON object, or has no step. The message has the line and column, and the number of steps read.</exception>
    public static IReadOnlyList<NewEvent> Read(ReadOnlyMemory<byte> utf8) => ReadRecording(utf8, "trajectory").Recordings[0].Read().ToList();

    /// <summary>Reads a whole recording: the run, its other attempts, and a count of the parts left out.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="id">The id of the run; attempt 2 becomes the branch <c>{id}-attempt-2</c>, which shares the events with the agent's prompt.</param>
    /// <exception cref="EventFileException">The text is not a JSON object, or has no step. The message has the line and column, and the number of steps read.</exception>
    public static TrajectoryRecording ReadRecording(ReadOnlyMemory<byte> utf8, string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        var json = Parse(utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8);
        if (!Members.Any(name => json.Member(name).ValueKind == JsonValueKind.Array))
        {
            var shape = json.ValueKind == JsonValueKind.Object
                ? EventFileMembers.ShapeOf([.. json.EnumerateObject().Select(TrajectoryJson.NameOf)])
                : null;
            throw new EventFileException(
                1,
                1,
                "the JSON has none of the lists 'trajectory', 'history' and 'attempts'. A .traj file of SWE-agent has one."
                    + (shape is null ? "" : $" It looks like {shape}."));
        }

        var leftOut = new LeftOut();
        var attempts = new TrajectoryAttempts(json, leftOut);
        if (attempts.Run.ValueKind == JsonValueKind.Undefined)
        {
            throw new EventFileException(
                1, 1, "the JSON has no step: every step of 'trajectory' and every message of the role 'assistant' in 'history' is empty, so there is no run to import.");
        }

        var run = new TrajectoryEvents(attempts.Run, json, leftOut).Make();
        if (attempts.Run.GetRawText() != json.GetRawText())
        {
            leftOut.AddOthers(json, "", Known);
        }

        List<EventRecording> recordings = [EventRecording.Inspect(id, () => run, id)];
        foreach (var (number, attempt) in attempts.Others)
        {
            var branch = new TrajectoryEvents(attempt, json, leftOut).Make();
            recordings.Add(BranchOf(run, branch, id, number));
        }

        return new TrajectoryRecording(recordings, leftOut.Counts);
    }

    private static EventRecording BranchOf(IReadOnlyList<NewEvent> run, IReadOnlyList<NewEvent> attempt, string id, int number)
    {
        var shared = run.Take(TrajectoryEvents.StartEvents).Zip(attempt).TakeWhile(p => IsSame(p.First, p.Second)).Count();
        var name = $"{id}-attempt-{number}";
        var created = new NewEvent(
            new BranchCreated(name, id, shared, Name: $"attempt {number}"),
            run[0].Metadata with
            {
                ForeignId = $"attempt-{number}",
                ForeignCauses = shared == 0 ? [] : [run[shared - 1].Metadata.ForeignId!],
            });
        NewEvent[] events = [created, .. attempt.Skip(shared)];
        return EventRecording.Inspect(name, () => events);
    }

    private static bool IsSame(NewEvent one, NewEvent other) => JsonEquality.Instance.Equals(
        EventJson.ParseElement(EventRegistry.Default.Write(one).Json), EventJson.ParseElement(EventRegistry.Default.Write(other).Json));

    private static JsonElement Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 1024 });
            return document.RootElement.Clone();
        }
        catch (JsonException fault)
        {
            var line = fault.LineNumber ?? 0;
            var reason = fault.Message.Split(" LineNumber:", 2)[0];
            var steps = WholeSteps(utf8.Span);
            throw new EventFileException(
                line + 1,
                Column(utf8.Span, line, fault.BytePositionInLine ?? 0),
                $"malformed JSON after {steps} whole step{(steps == 1 ? "" : "s")}. {reason}",
                fault);
        }
    }

    // The reader counts bytes; people count characters.
    private static int Column(ReadOnlySpan<byte> utf8, long line, long offset)
    {
        for (var i = 0L; i < line; i++)
        {
            utf8 = utf8[(utf8.IndexOf((byte)'\n') + 1)..];
        }

        return Encoding.UTF8.GetCharCount(utf8[..(int)Math.Min(offset, utf8.Length)]) + 1;
    }

    // The items of "trajectory" that end before the fault.
    private static int WholeSteps(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 1024 }));
        var steps = 0;
        var isSteps = false;
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
                {
                    isSteps = reader.ValueTextEquals("trajectory"u8);
                }
                else if (isSteps && reader is { CurrentDepth: 2, TokenType: JsonTokenType.EndObject })
                {
                    steps++;
                }
            }
        }
        catch (JsonException)
        {
            return steps;
        }

        return steps;
    }
}
