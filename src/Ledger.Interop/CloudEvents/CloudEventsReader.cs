using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Interop.Conversations;
using Ledger.Interop.Detecting;
using Ledger.Interop.Reading;
using Ledger.Log;

namespace Ledger.Interop.CloudEvents;

/// <summary>Reads CloudEvents in the JSON format, one a line, one document, or a batch: a run for each stream that Ledger wrote, and one for each source of others.</summary>
/// <remarks>The form is that of <see cref="CloudEventForm"/>. Attributes that an event of Ledger has no place for are kept under <c>extra</c>.</remarks>
internal sealed class CloudEventsReader : FormatReader
{
    public override RecordingFormat Format => RecordingFormat.CloudEvents;

    public override string Shape => "lines, or a list, of objects with 'specversion', 'id', 'source' and 'type'";

    public override double FitOfLine(JsonElement line) => line.ValueKind == JsonValueKind.Array ? FitOfDocument(line) : FitOf(line);

    public override double FitOfDocument(JsonElement document) => document.ValueKind == JsonValueKind.Array
        ? document.EnumerateArray().Select(FitOfLine).FirstOrDefault()
        : FitOf(document);

    public override ForeignRecording Read(RecordingSource source, string id)
    {
        (long, long)? cut = null;
        var file = new CloudEventItems(source);
        var groups = new List<string>();
        var parts = new Dictionary<string, List<CloudEventItems.Place>>(StringComparer.Ordinal);
        string? version = null;

        // Causes are named by the ids in the log, which are not those that the events had before.
        var foreign = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (place, item) in file.ReadAll((line, column) => cut = (line, column)))
        {
            version ??= item.Text("specversion");
            if (item.Text("foreignid") is { } before && item.Text("id") is { } own && own != before && IsText(before))
            {
                foreign[own] = before;
            }

            var group = GroupOf(item);
            if (!parts.TryGetValue(group, out var ofGroup))
            {
                parts[group] = ofGroup = [];
                groups.Add(group);
            }

            ofGroup.Add(place);
        }

        // Ledger's streams by the names that they get here, so that branches find their parents.
        var names = groups.Select((group, i) => (group, Id: i == 0 ? id : $"{id}-{i + 1}")).ToDictionary(g => g.group, g => g.Id, StringComparer.Ordinal);
        var tracks = groups.Select(group => new Track(names[group], extras => Events(file.Read(parts[group]), names, foreign, group, extras))
        {
            IsBranch = group.StartsWith("branch:", StringComparison.Ordinal),
        });
        var recording = ForeignRecording.Of(Format, version, [.. tracks]);
        recording.Cut = cut;
        return recording;
    }

    // The other members are those of event files too.
    private static double FitOf(JsonElement json) => json.Text("specversion") is null ? 0 : Has(json, "specversion", "id", "source", "type");

    // A stream of Ledger has its versions; whatever else a subject names, such as a file, is no run.
    private static string GroupOf(JsonElement item) =>
        item.Text("sequence") is not null && item.Text("subject") is { } subject
            && (subject.StartsWith("branch:", StringComparison.Ordinal) || subject.StartsWith("run:", StringComparison.Ordinal))
            ? subject
            : $"source {item.Text("source")}";

    private IEnumerable<NewEvent> Events(IEnumerable<JsonElement> items, Dictionary<string, string> names, Dictionary<string, string> foreign, string group, Extras extras)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var item in items)
        {
            number++;
            if (item.ValueKind != JsonValueKind.Object)
            {
                extras.Add("events that are no objects");
                yield return new NewEvent(
                    new UntypedEvent("cloudevents.entry", RecordedJson.ToElement(new JsonObject { ["value"] = item.ToNode() })),
                    new EventMetadata { Source = Format.Name, ForeignId = $"number-{number}" });
                continue;
            }

            var fields = new Fields(item);
            var own = Kept(fields, "id");
            var id = Kept(fields, "foreignid") ?? own ?? $"number-{number}";
            if (!ids.Add(id))
            {
                // Delivered at least once, as CloudEvents are.
                extras.Add("repeated events");
                continue;
            }

            yield return EventOf(fields, id, group, names, foreign, extras);
        }
    }

    private static NewEvent EventOf(Fields fields, string id, string group, Dictionary<string, string> names, Dictionary<string, string> foreign, Extras extras)
    {
        var isOwn = !group.StartsWith("source ", StringComparison.Ordinal);
        fields.Skip("specversion");
        var (source, origin) = (isOwn ? fields.Text("source") : Kept(fields, "source"), Kept(fields, "origin"));
        var (type, time, actor) = (Kept(fields, "type", IsType), fields.Time("time"), Kept(fields, "actor"));
        var (callId, causes) = (Kept(fields, "callid"), CausesOf(fields, foreign));
        var trace = Kept(fields, "traceparent");
        var data = fields.Any("data");
        if (fields.Json.Text("datacontenttype") is "application/json")
        {
            fields.Skip("datacontenttype");
        }

        if (isOwn)
        {
            // An event that speaks of no time has that of the log.
            time = fields.Json.Text("time") == fields.Json.Text("recordedtime") ? null : time;
            fields.Skip("subject", "sequence", "recordedtime", "correlationid", "causationid");
        }

        var content = type == "branch.created" && isOwn ? BranchOf(data, group, names) : WithRest(data, fields, extras);
        return new NewEvent(EventRegistry.Default.Read(type ?? "cloudevents.event", JsonMarshal.GetRawUtf8Value(content).ToArray()), new EventMetadata
        {
            Actor = actor,
            Source = origin ?? (isOwn ? null : source),
            ForeignId = id,
            ForeignCauses = causes,
            OccurredAt = time,
            CallId = callId,
            TraceParent = trace,
        });
    }

    private static JsonElement WithRest(JsonElement data, Fields fields, Extras extras)
    {
        var rest = fields.Rest(extras, "");
        if (rest is null)
        {
            return data.ValueKind == JsonValueKind.Undefined ? RecordedJson.ToElement(new JsonObject()) : data.Cleaned();
        }

        var node = data.ToNode();
        var content = node as JsonObject ?? (data.ValueKind == JsonValueKind.Undefined ? [] : new JsonObject { ["value"] = node });
        Anthropic.AnthropicBlocks.AddExtra(content, rest);
        return RecordedJson.ToElement(content);
    }

    // The branch is imported with the names that the streams get here.
    private static JsonElement BranchOf(JsonElement data, string group, Dictionary<string, string> names)
    {
        var branch = data.ToNode() as JsonObject ?? [];
        branch["branch_id"] = names[group];
        if (data.Text("parent") is { } parent && names.TryGetValue(parent, out var known))
        {
            branch["parent_run_id"] = known;
            branch["parent"] = $"{(parent.StartsWith("branch:", StringComparison.Ordinal) ? "branch" : "run")}:{known}";
        }

        return RecordedJson.ToElement(branch);
    }

    private static IReadOnlyList<string> CausesOf(Fields fields, Dictionary<string, string> foreign)
    {
        var written = fields.Peek("causes") is { } text ? RecordedJson.Parsed(text) : default;
        if (written.ValueKind != JsonValueKind.Array)
        {
            return Kept(fields, "causationid") is { } one ? [foreign.GetValueOrDefault(one, one)] : [];
        }

        string?[] all = [.. written.EnumerateArray().Select(RecordedJson.TextOf)];
        string[] causes = [.. all.OfType<string>().Where(IsText)];
        if (causes.Length == all.Length)
        {
            fields.Skip("causes");
        }

        return [.. causes.Select(cause => foreign.GetValueOrDefault(cause, cause)).Distinct(StringComparer.Ordinal)];
    }

    // What the log cannot store there stays under "extra", and is counted.
    private static string? Kept(Fields fields, string name) => Kept(fields, name, IsText);

    private static string? Kept(Fields fields, string name, Predicate<string> isValid) => fields.Peek(name) is { } text && isValid(text) ? fields.Text(name) : null;

    private static bool IsText(string text) => text.Length is > 0 and <= 1_000 && TextRules.FaultOf(text) is null;

    private static bool IsType(string type) => type.Length is > 0 and <= 200 && TextRules.FaultOf(type) is null && type == type.Trim();
}
