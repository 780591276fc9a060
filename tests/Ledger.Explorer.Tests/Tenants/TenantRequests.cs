using Ledger.Explorer.Api;

namespace Ledger.Explorer.Tests.Tenants;

/// <summary>What each address of an explorer is asked: the same for each tenant, but for the mark in what is written.</summary>
internal static class TenantRequests
{
    public const string Mark = "MARK";

    private const string Spans =
        """{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"a","spanId":"1","name":"chat","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.conversation.id","value":{"stringValue":"spans"}},{"key":"gen_ai.request.model","value":{"stringValue":"MARK"}}]}]}]}]}""";

    /// <summary>The requests that write through the API, in their order: the route, the address, and the body.</summary>
    public static IReadOnlyList<(string Path, string Address, string Body)> Writes { get; } =
    [
        ("/runs", "/runs", """{"id": "started"}"""),
        ("/streams/{stream}/events", "/streams/run:same/events", $$$"""{"events": [{"id": "{{{IdOf(30)}}}", "type": "note", "data": {"of": "MARK"}}]}"""),
        ("/streams/{stream}/title", "/streams/run:same/title", """{"title": "Title MARK"}"""),
        ("/streams/{stream}/labels", "/streams/run:same/labels", """{"add": ["MARK"]}"""),
        ("/streams/{stream}/branches", "/streams/run:same/branches", """{"at": 2, "id": "routed", "name": "MARK"}"""),
        ("/streams/{stream}/picks", "/streams/branch:routed/picks", $$"""{"source": "branch:same", "events": ["{{IdOf(18)}}"]}"""),
        ("/streams/{stream}/merges", "/streams/run:same/merges", """{"source": "branch:same", "take": "theirs"}"""),
        ("/streams/{stream}/rebases", "/streams/branch:same/rebases", """{"onto": "run:same", "id": "rebased", "name": "MARK"}"""),
        ("/streams/{stream}/changes", "/streams/run:same/changes", """{"position": 1, "data": {"id": "other", "type": "Claim", "data": {"of": "MARK"}}, "id": "changed", "run": "off"}"""),
        ("/streams/{stream}/continuations", "/streams/run:same/continuations", """{"length": 2}"""),
        ("/imports", "/imports?id=imported", """[{"role": "user", "content": "MARK"}]"""),
        ("/otlp/v1/traces", "/otlp/v1/traces", Spans),
        ("/masks", "/masks", $$"""{"events": ["{{IdOf(16)}}"], "paths": ["$.data.kit"], "reason": "asked by MARK"}"""),
        ("/sessions/{project}/{session}/entries", "/sessions/same/same/entries", """{"entries": [{"id": "e", "entry": {"of": "MARK"}}]}"""),
        ("/projections/{projection}/rebuild", "/projections/none/rebuild", "{}"),
        ("/dead-letters/retry", "/dead-letters/retry", """{"projection": "none"}"""),
        ("/dead-letters/drop", "/dead-letters/drop", $$"""{"letters": ["{{IdOf(91)}}"], "reason": "MARK"}"""),
        ("/dead-letters/{letter}/retry", $"/dead-letters/{IdOf(99)}/retry", "{}"),
        ("/dead-letters/{letter}/drop", $"/dead-letters/{IdOf(92)}/drop", """{"reason": "MARK"}"""),
    ];

    /// <summary>The forms of the pages, in their order; LENGTH is that of the run.</summary>
    public static IReadOnlyList<(string Path, (string Name, string Value)[] Fields)> Forms { get; } =
    [
        ("/fork", [("stream", "run:same"), ("at", "2"), ("id", "formed"), ("name", Mark)]),
        ("/change", [("act", "change"), ("stream", "run:same"), ("position", "1"), ("data", """{"id": "other", "type": "Claim", "data": {"of": "MARK"}}"""), ("name", Mark)]),
        ("/run", [("act", "rename"), ("stream", "run:same"), ("title", "Form MARK")]),
        ("/run", [("act", "label"), ("stream", "run:same"), ("labels", "form-MARK")]),
        ("/run", [("act", "archive"), ("stream", "run:started")]),
        ("/merge", [("target", "run:same"), ("source", "branch:changed"), ("rest", "theirs"), ("at", "2"), ("length", "LENGTH")]),
        ("/projections", [("act", "pause"), ("projection", "mail:All")]),
        ("/letter", [("act", "drop"), ("id", $"{IdOf(93)}"), ("reason", Mark)]),
        ("/login", [("token", Mark)]),
        ("/logout", []),
    ];

    /// <summary>The pages and what else is read outside the routes of the API, with their queries.</summary>
    public static IReadOnlyDictionary<string, string[]> Pages { get; } = new Dictionary<string, string[]>
    {
        ["/"] = ["/", "/?kind=all&text=same", "/?label=MARK"],
        ["/totals"] = ["/totals?by=label&kind=all", "/totals?by=model"],
        ["/search"] = ["/search?text=o", "/search?object=same"],
        ["/run"] = ["/run?stream=run:same", "/run?stream=branch:same", "/run?stream=run:imported", "/run?stream=run:spans"],
        ["/run/usage"] = ["/run/usage?stream=run:same"],
        ["/run/chat"] = ["/run/chat?stream=run:same"],
        ["/run/steps"] = ["/run/steps?stream=run:same"],
        ["/event"] = ["/event?stream=run:same&position=0", $"/event?stream=run:same&id={IdOf(14)}"],
        ["/change"] = ["/change?stream=run:same&position=1"],
        ["/compare"] = ["/compare?run=run:same&run=branch:same"],
        ["/branches"] = ["/branches?stream=run:same"],
        ["/world"] = ["/world?stream=run:same", "/world?stream=branch:same"],
        ["/object"] = ["/object?stream=run:same&id=same"],
        ["/diff"] = ["/diff?a=run:same&b=branch:same"],
        ["/merge"] = ["/merge?target=run:same&source=branch:rebased"],
        ["/tasks"] = ["/tasks"],
        ["/task"] = ["/task?id=same"],
        ["/projects"] = ["/projects"],
        ["/project"] = ["/project?project=same"],
        ["/record"] = ["/record?project=same&id=same"],
        ["/projections"] = ["/projections"],
        ["/projections/step"] = ["/projections/step?stream=run:same&projection=ledger:world"],
        ["/letter"] = [$"/letter?id={IdOf(94)}"],
        ["/login"] = ["/login"],
        ["/live"] = ["/live?stream=run:same&from=0"],
        ["/assets/{name}"] = ["/assets/none"],
        ["/seal/checkpoint"] = ["/seal/checkpoint"],
        ["/seal/tile/{**rest}"] = ["/seal/tile/0/000"],
        ["/seal/bundle/{stream}"] = ["/seal/bundle/run:same"],
        ["/api/v1"] = ["/api/v1"],
        ["/api/v1/openapi.json"] = ["/api/v1/openapi.json"],
        ["/api/{**rest}"] = ["/api/v2"],
        ["/{**rest}"] = ["/none"],
    };

    /// <summary>The questions of the API, each in every form that it is answered in.</summary>
    public static IEnumerable<(string Address, string? Accept)> Reads()
    {
        foreach (var route in ApiRoutes.All.Where(route => route.Method == "GET"))
        {
            foreach (var stream in route.Path.Contains("{stream}", StringComparison.Ordinal) ? new[] { "run:same", "branch:same" } : ["run:same"])
            {
                var path = string.Join('/', route.Path.Split('/').Select(part => part.StartsWith('{') ? ValueOf(part.Trim('{', '}'), stream) : part));
                var query = string.Join('&', route.Query.Where(parameter => parameter.IsRequired).Select(parameter => $"{parameter.Name}={ValueOf(parameter.Name, stream)}"));
                foreach (var type in route.Produces.Count > 1 ? route.Produces : (IEnumerable<string?>)[null])
                {
                    yield return ($"/api/v1{path}?{(type == AcceptedTypes.Live ? "from=0" : query)}".TrimEnd('?'), type);
                }
            }
        }
    }

    /// <summary>An id that an event or dead letter of each tenant has.</summary>
    public static Guid IdOf(int number) => new($"00000000-0000-0000-0000-0000000000{number:00}");

    /// <summary>An event with such an id.</summary>
    public static NewEvent New(int number, object data) => new(data) { Id = IdOf(number) };

    private static string ValueOf(string parameter, string stream) => parameter switch
    {
        "stream" or "a" => stream,
        "b" or "source" => "branch:same",
        "onto" => "run:same",
        "run" => "run:same&run=branch:same",
        "event" => $"{IdOf(14)}",
        "events" => $"{IdOf(18)}",
        "letter" => $"{IdOf(94)}",
        "projection" => "ledger:world",
        "sql" => "select%20*%20from%20events",
        _ => "same",
    };
}
