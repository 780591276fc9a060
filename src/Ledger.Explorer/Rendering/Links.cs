using System.Globalization;
using System.Text;

namespace Ledger.Explorer.Rendering;

/// <summary>The addresses of the pages; names and ids are query values, so they may contain any character.</summary>
/// <param name="root">The path of the explorer, without a trailing slash.</param>
internal sealed class Links(string root)
{
    /// <summary>The path of the explorer, without a trailing slash.</summary>
    public string Root => root;

    public string Runs { get; } = $"{root}/";

    public string SignOut { get; } = $"{root}/logout";

    public string Api { get; } = $"{root}/api/v1";

    public string Projections { get; } = $"{root}/projections";

    public string Projects { get; } = $"{root}/projects";

    public string Tasks { get; } = $"{root}/tasks";

    public string Fork { get; } = $"{root}/fork";

    public string Change { get; } = $"{root}/change";

    public string ChangeRun { get; } = $"{root}/run";

    public string Asset(string name) => $"{root}/assets/{name}";

    public string SignIn(string? to) => $"{root}/login" + Of([("to", to)]);

    public string RunsBy(params ReadOnlySpan<(string Name, object? Value)> query) => $"{root}/" + Of(query);

    public string Search(params ReadOnlySpan<(string Name, object? Value)> query) => $"{root}/search" + Of(query);

    public string Totals(params ReadOnlySpan<(string Name, object? Value)> query) => $"{root}/totals" + Of(query);

    public string Run(StreamName stream, params ReadOnlySpan<(string Name, object? Value)> query) =>
        $"{root}/run" + Of([("stream", stream), .. query]);

    public string Event(StreamName stream, Position position, params ReadOnlySpan<(string Name, object? Value)> query) =>
        $"{root}/event" + Of([("stream", stream), ("position", position), .. query]);

    public string EventById(StreamName stream, Guid id) => $"{root}/event" + Of([("stream", stream), ("id", id)]);

    public string Branches(StreamName stream) => $"{root}/branches" + Of([("stream", stream)]);

    public string World(StreamName stream, Position? at, params ReadOnlySpan<(string Name, object? Value)> query) =>
        $"{root}/world" + Of([("stream", stream), ("at", at), .. query]);

    public string Object(StreamName stream, string id, Position? at) =>
        $"{root}/object" + Of([("stream", stream), ("id", id), ("at", at)]);

    public string Diff(StreamName? a, Position? atA, StreamName? b, Position? atB) =>
        $"{root}/diff" + Of([("a", a), ("at_a", atA), ("b", b), ("at_b", atB)]);

    /// <summary>The choice of what to compare, or two to four runs and branches side by side.</summary>
    public string Compare(params ReadOnlySpan<StreamName> streams) => Comparison(streams);

    /// <summary>The same with further parameters.</summary>
    public string Comparison(ReadOnlySpan<StreamName> streams, params ReadOnlySpan<(string Name, object? Value)> query)
    {
        var all = new List<(string, object?)>();
        foreach (var stream in streams)
        {
            all.Add(("run", stream));
        }

        return $"{root}/compare" + Of([.. all, .. query]);
    }

    public string ChangeEvent(StreamName stream, Position position) => $"{root}/change" + Of([("stream", stream), ("position", position)]);

    public string Export(StreamName stream, string format) => $"{root}/api/v1/streams/{Uri.EscapeDataString(stream.Value)}/export" + Of([("format", format)]);

    public string SealBundle(StreamName stream) => $"{root}/seal/bundle/{Uri.EscapeDataString(stream.Value)}";

    public string ExportComparison(IEnumerable<StreamName> streams, string format) =>
        $"{root}/api/v1/compare/export" + Of([.. streams.Select(stream => ("run", (object?)stream)), ("format", format)]);

    public string Merge(StreamName? target, StreamName? source) => $"{root}/merge" + Of([("target", target), ("source", source)]);

    public string Project(string? project, params ReadOnlySpan<(string Name, object? Value)> query) =>
        $"{root}/project" + Of([("project", project), .. query]);

    public string Record(string project, string id, long? at) =>
        $"{root}/record" + Of([("project", project), ("id", id), ("at", at)]);

    public string Task(string id, params ReadOnlySpan<(string Name, object? Value)> query) => $"{root}/task" + Of([("id", id), .. query]);

    public string TasksBy(params ReadOnlySpan<(string Name, object? Value)> query) => $"{root}/tasks" + Of(query);

    public string ProjectsBy(params ReadOnlySpan<(string Name, object? Value)> query) => $"{root}/projects" + Of(query);

    public string ProjectionsBy(params ReadOnlySpan<(string Name, object? Value)> query) => $"{root}/projections" + Of(query);

    public string ProjectionSteps(StreamName? stream, string? projection, params ReadOnlySpan<(string Name, object? Value)> query) =>
        $"{root}/projections/step" + Of([("stream", stream), ("projection", projection), .. query]);

    public string Letter(Guid? id) => $"{root}/letter" + Of([("id", id)]);

    public string Usage(StreamName stream) => $"{root}/run/usage" + Of([("stream", stream)]);

    public string Steps(StreamName stream, params ReadOnlySpan<(string Name, object? Value)> query) => $"{root}/run/steps" + Of([("stream", stream), .. query]);

    public string Chat(StreamName stream, params ReadOnlySpan<(string Name, object? Value)> query) => $"{root}/run/chat" + Of([("stream", stream), .. query]);

    public string Live(StreamName stream, Position from) => $"{root}/live" + Of([("stream", stream), ("from", from)]);

    public string LiveLength(StreamName stream, Position from) => $"{root}/live" + Of([("stream", stream), ("from", from), ("show", "length")]);

    public string RawEvent(StreamName stream, Position position) =>
        $"{root}/api/v1/streams/{Uri.EscapeDataString(stream.Value)}/events/{position}";

    /// <summary>Builds a query string; null values are omitted.</summary>
    private static string Of(params ReadOnlySpan<(string Name, object? Value)> query)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in query)
        {
            if (Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } given)
            {
                text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(given));
            }
        }

        return text.ToString();
    }
}
