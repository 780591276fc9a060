using Ledger.Explorer.Contracts;
using Ledger.Explorer.Projections;
using Ledger.Explorer.Steps;

namespace Ledger.Explorer.Api;

/// <summary>The routes of version 1. Only the routes listed here are served and documented.</summary>
internal static class ApiRoutes
{
    private static readonly ContractContext Contracts = ContractContext.Default;

    private static readonly ApiParameter From = new("from", "integer", "The position of the first event.");
    private static readonly ApiParameter To = new("to", "integer", "The position after the last event.");
    private static readonly ApiParameter At = new("at", "integer", "The number of events to apply. Default: all.");
    private static readonly ApiParameter AtTime = new("time", "string", "Instead of at: the state at this time, such as 2026-11-20T10:00Z.");
    private static readonly ApiParameter Faults = new(
        "faults", "string", "skip: events that cannot be applied are skipped and listed; throw: the first one is an error. Default: skip.");

    private static readonly ApiParameter Limit = new("limit", "integer", "The most items to return, up to 1,000. Default: 100.");
    private static readonly ApiParameter ByCreation = new("order", "string", "oldest or newest, which comes first. Default: oldest.");
    private static readonly ApiParameter After = new("after", "string", "The 'next' value of the previous page.");
    private static readonly ApiParameter ObjectId = new("id", "string", "The object's id.", IsRequired: true);
    private static readonly ApiParameter A = new("a", "string", "The stream to start from, such as run:first.", IsRequired: true);
    private static readonly ApiParameter B = new("b", "string", "The stream to compare it with.", IsRequired: true);

    private static readonly ApiParameter[] Filter =
    [
        new("type", "string", "The event type; separate several with commas, and end one with * to match a prefix."),
        new("actor", "string", "The actor."),
        new("text", "string", "Text that a value or member name of the data contains."),
        new("call", "string", "Only events that belong to this call of a task."),
        new("since", "string", "Only events recorded at this time or later."),
        new("until", "string", "Only events recorded before this time."),
    ];

    public static IReadOnlyList<ApiRoute> All { get; } =
    [
        new("GET", "/runs", "Lists runs with their status, titles and costs.", RunsResource.ListAsync)
        {
            Json = Contracts.RunPageContract,
            Query =
            [
                new("text", "string", "Text that the name contains."),
                new("kind", "string", "runs, branches or all. Default: runs."),
                new("state", "string", "any, open or archived. Default: any."),
                new("since", "string", "Only runs whose last event was recorded at this time or later."),
                new("until", "string", "Only runs whose last event was recorded before this time."),
                new("status", "string", "any, running, done, failed or waiting. Default: any."),
                new("label", "string", "Only runs with this label."),
                new("model", "string", "Only runs that asked this model last."),
                .. RangeParameters.All,
                new("order", "string", "The order: latest, longest, name, started, duration, cost or tokens. Default: latest."),
                new("after", "string", "The 'next' value of the previous page."),
                new("skip", "integer", "Without status, label, model, cost, duration, tokens and the last four orders, instead of after: the number of items to skip."),
                new("limit", "integer", "The most items to return, up to 1,000."),
            ],
            Refusals = [],
        },
        new("GET", "/runs/totals", "Adds up runs by day, model or label.", RunsResource.AddUpAsync)
        {
            Json = Contracts.RunTotalsListContract,
            Query =
            [
                new("by", "string", "day (of the last activity, in UTC), model or label. Default: day."),
                new("kind", "string", "runs, branches or all. Default: runs."),
                new("text", "string", "Only runs whose name, title or error contains this text."),
                new("state", "string", "any, open or archived. Default: any."),
                new("status", "string", "any, running, done, failed or waiting. Default: any."),
                new("label", "string", "Only runs with this label."),
                new("model", "string", "Only runs that asked this model last."),
                .. RangeParameters.All,
                new("since", "string", "Only runs whose last event was recorded at this time or later."),
                new("until", "string", "Only runs whose last event was recorded before this time."),
            ],
            Refusals = [],
        },
        new("POST", "/runs", "Starts a run.", RunsResource.StartAsync)
        {
            Json = Contracts.RunContract,
            Body = Contracts.StartRunRequest,
            Refusals = [403, 409, 415, 507],
        },
        new("GET", "/streams/{stream}", "Describes a run or branch.", StreamResource.ShowAsync) { Json = Contracts.RunContract },
        new("GET", "/streams/{stream}/usage", "Adds up what the calls of a run or branch cost and saved.", StreamResource.ShowUsageAsync) { Json = Contracts.UsageContract },
        new("POST", "/streams/{stream}/title", "Gives a run or branch another title.", StreamResource.RenameAsync)
        {
            Json = Contracts.RunContract,
            Body = Contracts.RenameRequest,
            Success = 200,
            Refusals = [403, 404, 409, 415, 507],
        },
        new("POST", "/streams/{stream}/labels", "Adds and removes labels of a run or branch.", StreamResource.LabelAsync)
        {
            Json = Contracts.RunContract,
            Body = Contracts.LabelRequest,
            Success = 200,
            Refusals = [403, 404, 409, 415, 507],
        },
        new("GET", "/streams/{stream}/branches", "Lists the branches forked from a run or branch, directly or indirectly, by creation.", StreamResource.ListBranchesAsync) { Json = Contracts.BranchPageContract, Query = [ByCreation, After, Limit] },
        new("POST", "/streams/{stream}/branches", "Forks a run or branch; writes one event, however many are shared.", StreamResource.ForkAsync)
        {
            Json = Contracts.BranchContract,
            Body = Contracts.ForkRequest,
            Refusals = [403, 404, 409, 415, 507],
        },
        new("GET", "/streams/{stream}/pick", "Says what a cherry-pick of events of another run or branch into this one would write, and what is in its way.", CherryPicksResource.PreviewAsync)
        {
            Json = Contracts.CherryPickContract,
            Query =
            [
                new("source", "string", "The stream that has the events, such as branch:second.", IsRequired: true),
                new("events", "string", "The ids of the events, separated with commas.", IsRequired: true),
                new("causes", "string", "ask or include: whether events that the chosen ones follow from are listed as missing, or picked too. Default: ask."),
                new("take", "string", "How conflicts are decided: ours or theirs. Default: they stay open."),
            ],
        },
        new("POST", "/streams/{stream}/picks", "Writes events of another run or branch again in this one; with a cause missing or a conflict open nothing is written.", CherryPicksResource.PickAsync)
        {
            Json = Contracts.CherryPickContract,
            Body = Contracts.CherryPickRequest,
            Refusals = [403, 404, 409, 415, 507],
        },
        new("GET", "/streams/{stream}/merge", "Says what a merge of a run or branch into this one would write, and lists the conflicts.", MergesResource.PreviewAsync)
        {
            Json = Contracts.MergeContract,
            Query =
            [
                new("source", "string", "The stream to merge, such as branch:second.", IsRequired: true),
                new("take", "string", "How conflicts are decided: ours or theirs. Default: they stay open."),
                new("at", "integer", "How many events of the source are merged. Default: all."),
            ],
        },
        new("POST", "/streams/{stream}/merges", "Merges a run or branch into this one; with a conflict open nothing is written.", MergesResource.MergeAsync)
        {
            Json = Contracts.MergeContract,
            Body = Contracts.MergeRequest,
            Refusals = [403, 404, 409, 415, 507],
        },
        new("GET", "/streams/{stream}/rebase", "Says what a rebase of this branch would write and leave out.", RebasesResource.PreviewAsync)
        {
            Json = Contracts.RebaseContract,
            Query =
            [
                new("onto", "string", "The stream whose end the new branch begins at, such as run:first.", IsRequired: true),
                new("mode", "string", "events, written one by one, or squash: one set of events for the difference. Default: events."),
                new("take", "string", "How conflicts are decided: ours (of onto) or theirs (of the branch). Default: what is in conflict is left out."),
                new("at", "integer", "How many events of the branch are rebased. Default: all."),
            ],
        },
        new("POST", "/streams/{stream}/rebases", "Begins a branch at the end of another run or branch with what this one has found; this one does not change.", RebasesResource.RebaseAsync)
        {
            Json = Contracts.RebaseContract,
            Body = Contracts.RebaseRequest,
            Refusals = [403, 404, 409, 415, 422, 507],
        },
        new("GET", "/streams/{stream}/events", "Reads events: a page as JSON, all of them one per line, or without an end, batch after batch without a gap, as they are appended: from the given position, from that of Last-Event-ID, or from the end.", EventsResource.ListAsync)
        {
            Json = Contracts.EventPageContract,
            Line = Contracts.EventContract,
            Query = [From, To, .. Filter, new("limit", "integer", "The most events of a page, or of a message of text/event-stream, up to 1,000.")],
            Produces = ["application/json", AcceptedTypes.Lines, AcceptedTypes.Live],
        },
        new("POST", "/streams/{stream}/events", "Appends events in the form of event files; application/x-ndjson takes one per line.", EventsResource.AppendAsync)
        {
            Json = Contracts.AppendContract,
            Query =
            [
                new("expected_length", "integer", "With application/x-ndjson: the expected length of the history."),
                new("validate", "string", "on: object and relation events that cannot be applied to the world are refused; off: any event is accepted. Default: on."),
            ],
            Body = Contracts.AppendRequest,
            BodyLine = Contracts.NewEventRequest,
            Refusals = [403, 404, 409, 415, 422, 507],
        },
        new("GET", "/events/{event}", "Reads one event from any stream, by its id in the log or the one that it had elsewhere; 409 if several streams have that.", EventsResource.ShowAnywhereAsync) { Json = Contracts.EventContract, Refusals = [404, 409] },
        new("GET", "/branches", "Lists all branches by creation. One that is created while the pages are read may be on none of them: to follow branches, read /log?type=branch.created.", StreamResource.ListAllBranchesAsync) { Json = Contracts.BranchPageContract, Query = [ByCreation, After, Limit], Refusals = [] },
        new("GET", "/streams/{stream}/events/{event}", "Reads one event of a history, by its position or id.", EventsResource.ShowAsync) { Json = Contracts.EventContract },
        new("GET", "/streams/{stream}/events/{event}/trace", "Follows the causes or effects of an event.", EventsResource.TraceAsync)
        {
            Json = Contracts.TraceContract,
            Query = [new("direction", "string", "causes or effects. Default: causes.")],
        },
        new("GET", "/streams/{stream}/steps", "Reads what took time in a run or branch: calls, tools, responders and calls of tasks, nested by their causes, with durations, tokens and costs.", StepReader.SendAsync)
        {
            Json = Contracts.StepPageContract,
            Query =
            [
                From,
                new("clock", "string", "recorded, or occurred: the times that events state. Default: occurred where they state some."),
            ],
        },
        new("GET", "/streams/{stream}/export", "Returns the history as an event file, which import reads, or as one HTML file, which opens without a server.", ExportResource.SendAsync)
        {
            Line = Contracts.NewEventRequest,
            Query = [RerunRoutes.Format],
            Produces = [AcceptedTypes.Lines, AcceptedTypes.Html],
        },
        new("GET", "/streams/{stream}/world", "Returns the world at a position.", WorldsResource.ShowAsync) { Json = Contracts.WorldContract, Query = [At, AtTime, Faults], Refusals = [404, 422] },
        new("GET", "/streams/{stream}/objects", "Reads the objects of the world, sorted by id: a page as JSON, or all of them one per line.", WorldListsResource.ListObjectsAsync)
        {
            Json = Contracts.ObjectPageContract,
            Line = Contracts.ObjectContract,
            Query =
            [
                new("type", "string", "Only items of this type."),
                new("contains", "string", "A JSON object that the properties contain."),
                new("after", "string", "The id to start after: the 'next' value of the previous page."),
                Limit,
                At,
                AtTime,
            ],
            Produces = ["application/json", AcceptedTypes.Lines],
            Refusals = [404, 422],
        },
        new("GET", "/streams/{stream}/relations", "Reads the relations of the world, in the same forms as objects.", WorldListsResource.ListRelationsAsync)
        {
            Json = Contracts.RelationPageContract,
            Line = Contracts.RelationContract,
            Query =
            [
                new("type", "string", "Only items of this type."),
                new("object", "string", "Only relations that start or end at this object."),
                new("direction", "string", "outgoing, incoming or either: whether the relation starts or ends at the object. Default: either."),
                new("after", "string", "The id to start after: the 'next' value of the previous page."),
                Limit,
                At,
                AtTime,
            ],
            Produces = ["application/json", AcceptedTypes.Lines],
            Refusals = [404, 422],
        },
        new("GET", "/streams/{stream}/snapshot", "Describes the newest stored snapshot of the world.", StreamResource.ShowSnapshotAsync) { Json = Contracts.SnapshotContract },
        new("GET", "/streams/{stream}/object", "Reads one object of the world.", WorldsResource.ShowObjectAsync)
        {
            Json = Contracts.ObjectContract,
            Query = [ObjectId, At, AtTime, Faults],
            Refusals = [404, 422],
        },
        new("GET", "/streams/{stream}/neighbours", "Reads the objects and relations within some steps of an object.", WorldsResource.ShowNeighboursAsync)
        {
            Json = Contracts.NeighbourhoodContract,
            Query = [ObjectId, new("depth", "integer", "The number of steps, up to 10. Default: 1."), At, AtTime, Faults],
            Refusals = [404, 422],
        },
        new("GET", "/streams/{stream}/blame", "Lists the events that created and changed an object.", WorldsResource.BlameAsync)
        {
            Json = Contracts.BlameContract,
            Query =
            [
                ObjectId,
                new("of", "string", "object or relation: what the id names. Default: object."),
                new("property", "string", "Only changes of this property."),
                Faults,
            ],
            Refusals = [404, 422],
        },
        new("GET", "/streams/{stream}/replay", "Folds the history again and compares the result with the stored world.", WorldsResource.ReplayAsync)
        {
            Json = Contracts.ReplayContract,
            Query = [At, AtTime, Faults with { Meaning = "skip: skip events that cannot be applied, as worlds do; throw: the first one is an error. Default: throw." }],
            Refusals = [404, 422],
        },
        new("GET", "/diff", "Compares two worlds.", WorldsResource.DiffAsync)
        {
            Json = Contracts.DiffContract,
            Query =
            [
                A,
                B,
                new("at_a", "integer", "The number of events of a to apply. Default: all."),
                new("at_b", "integer", "The number of events of b to apply. Default: all."),
                new("time_a", "string", "Instead of at_a: a time."),
                new("time_b", "string", "Instead of at_b: a time."),
                Faults,
            ],
            Refusals = [404, 422],
        },
        new("GET", "/search", "Searches the events of all runs, the last one first.", SearchResource.ShowAsync)
        {
            Json = Contracts.FoundEventsContract,
            Query =
            [
                new("text", "string", "Text that a value or member name of the data contains."),
                new("type", "string", "The event type; separate several with commas, and end one with * to match a prefix."),
                new("actor", "string", "The actor."),
                new("tool", "string", "Only calls of the tool with this name."),
                new("where", "string", "A path into the data, or into a call's arguments, and the value there: quay.name=north, or /quay.name=north as a JSON Pointer."),
                new("object", "string", "Only events about the object with this id: that create, patch or remove it, and relations created from or to it."),
                new("kind", "string", "all, runs or branches. Default: all."),
                new("status", "string", "Only in runs that are: running, done, failed or waiting. Default: any."),
                new("label", "string", "Only in runs with this label."),
                new("model", "string", "Only in runs that asked this model last."),
                new("min_cost", "number", "Only in runs whose own calls cost at least so many US dollars."),
                new("max_cost", "number", "Only in runs whose own calls cost at most so many US dollars."),
                new("min_duration", "string", "Only in runs with at least this time between start and last activity, such as 90s, 5m, 2h or 3d."),
                new("max_duration", "string", "Only in runs with at most this time between start and last activity."),
                new("since", "string", "Only events recorded at this time or later."),
                new("until", "string", "Only events recorded before this time."),
                new("before", "integer", "The 'next' value of the previous page: only events before this number of the log."),
                new("limit", "integer", "The most events to return, up to 1,000. Default: 50."),
            ],
            Refusals = [],
        },
        new("GET", "/log", "Reads the events of all streams in log order, one per line.", LogResource.ListAsync)
        {
            Line = Contracts.EventContract,
            Query =
            [
                new("after", "integer", "The sequence number to start after."),
                new("prefix", "string", "Only streams whose names begin with this text, such as run:."),
                new("type", "string", "Only events of this type."),
                new("since", "string", "Only events recorded at this time or later."),
                new("limit", "integer", "The most events to return, up to 10,000. Default: 1,000."),
            ],
            Produces = [AcceptedTypes.Lines],
            Refusals = [],
        },
        new("POST", "/imports", "Imports the file in the body: an event file, or a recording of another tool, whose format is told by its content. A repeated upload writes only what is new.", ImportsResource.ImportAsync)
        {
            Json = Contracts.ImportContract,
            Files = ImportsResource.Types,
            MostBytes = options => options.MaxUploadBytes,
            Query =
            [
                new("id", "string", "The id of the run that the file becomes; further runs and branches have ids that begin with it.", IsRequired: true),
                new("format", "string", "auto, kando for event files, or the name of a format. Default: auto."),
                new("dry_run", "string", "on: the file is checked and described, and nothing is written. Default: off."),
            ],
            Refusals = [403, 409, 413, 415, 507],
        },
        TracesResource.Route,
        MasksResource.Route,
        .. RerunRoutes.All,
        .. QueryRoutes.All,
        .. ProjectRoutes.All,
        .. TaskRoutes.All,
        .. SessionRoutes.All,
        new("GET", "/streams/{stream}/projections", "Lists the projections that can be followed over a run, branch or other stream, event by event.", ProjectionStepsReader.ListAsync) { Json = Contracts.SteppableContract },
        new("GET", "/streams/{stream}/projections/{projection}/steps", "Follows a projection: for each event the state before and after it, and what changed.", ProjectionStepsReader.SendAsync)
        {
            Json = Contracts.ProjectionStepPageContract,
            Query = [From, To, new("limit", "integer", "The most steps of a page, up to 1,000; large states end it earlier. Default: 100.")],
        },
        new("GET", "/projections", "Lists projections and subscriptions: state, lag, dead letters, and rebuilds started here.", ProjectionsReader.ListAsync) { Json = Contracts.ProjectionsContract },
        new("POST", "/projections/{projection}/rebuild", "Starts a rebuild, which continues in the background.", ProjectionsReader.RebuildAsync)
        {
            Json = Contracts.RebuildContract,
            Body = Contracts.EmptyRequest,
            Success = 202,
            Refusals = [403, 404, 409, 415],
        },
        new("GET", "/dead-letters", "Lists the events that a projection or subscription failed to apply and skipped.", LetterReader.ListAsync)
        {
            Json = Contracts.DeadLetterPageContract,
            Query = [new("projection", "string", "The projection or subscription. Default: all."), After, Limit],
        },
        new("POST", "/dead-letters/retry", "Lets nodes apply several dead letters again, in the order of the log, up to 100 of them or for 20 seconds; waits until they have.", ChosenLetters.RetryAsync)
        {
            Json = Contracts.ReplayedLettersContract,
            Body = Contracts.RetryLettersRequest,
            Success = 200,
            Refusals = [403, 404, 409, 415],
        },
        new("POST", "/dead-letters/drop", "Takes several dead letters out of the list; the database keeps the reason.", ChosenLetters.DropAsync)
        {
            Json = Contracts.DroppedLettersContract,
            Body = Contracts.DropLettersRequest,
            Success = 200,
            Refusals = [403, 404, 409, 415],
        },
        new("GET", "/dead-letters/{letter}", "Reads a dead letter.", LetterReader.ShowAsync) { Json = Contracts.DeadLetterContract },
        new("POST", "/dead-letters/{letter}/retry", "Lets a node that runs the projection apply the event again; waits until it has.", LetterReader.RetryAsync)
        {
            Json = Contracts.DeadLetterContract,
            Body = Contracts.EmptyRequest,
            Success = 200,
            Refusals = [403, 404, 409, 415],
        },
        new("POST", "/dead-letters/{letter}/drop", "Takes a dead letter out of the list; the database keeps the reason.", LetterReader.DropAsync)
        {
            Json = Contracts.DeadLetterContract,
            Body = Contracts.DropLetterRequest,
            Success = 200,
            Refusals = [403, 404, 409, 415],
        },
        new("GET", "/migrations", "Lists the migrations and whether the schema has them.", MigrationsResource.ListAsync) { Json = Contracts.IReadOnlyListMigrationContract },
        new("GET", "/migrations/differences", "Lists every difference between the schema and what the migrations create.", MigrationsResource.CompareAsync) { Json = Contracts.IReadOnlyListSchemaDifferenceContract },
        new("GET", "/migrations/script", "Returns the SQL of all migrations.", MigrationsResource.SendScriptAsync) { Produces = ["application/sql"] },
        new("GET", "/quota", "What the log may have at most, and what it has of that.", QuotaResource.ShowAsync) { Json = Contracts.UsageOfQuotaContract },
        new("GET", "/divergence", "Finds where two histories diverge.", WorldsResource.DivergenceAsync) { Json = Contracts.DivergenceContract, Query = [A, B] },
    ];
}
