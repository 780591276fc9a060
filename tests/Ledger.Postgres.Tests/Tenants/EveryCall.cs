using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Ledger.Log;
using Ledger.Postgres.Tasks;
using Ledger.Runs;
using Ledger.Tasks;
using Ledger.Worlds;
using Npgsql;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>Every call of every interface that a store has, found by reflection, with arguments that name the same things each time.</summary>
/// <remarks>A new method is called without a line here, unless it has a parameter of a new type, or only makes sense within a story: then the test says so.</remarks>
internal static partial class EveryCall
{
    public const string Id = "same";

    private static readonly Guid Event = new("00000000-0000-0000-0000-00000000000a");
    private static readonly DateTimeOffset Moment = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000);

    // What Story tells in full; and what gets no arguments of its own.
    private static readonly string[] Told =
    [
        "IChronoLog.OpenChrono", "IDocumentReader.LoadAsync", "IMaskingLog.MaskAsync", "ISnapshotStore.SaveSnapshotAsync", "IProjectionCatalog.get_Steppable",
        "IEventStore.get_Registry", "IEventStore.Get", "ILogIdentity.get_Log", "IUnsavedLog.DoAfterSave",
    ];

    private static readonly JsonSerializerOptions Json = new()
    {
        ReferenceHandler = ReferenceHandler.IgnoreCycles,
        Converters = { new Left<SequenceNumber>(), new Left<DateTimeOffset>(), new Left<DateTime>(), new Left<TimeSpan>(), new MadeIds() },
    };

    /// <summary>The methods, in a fixed order.</summary>
    public static IReadOnlyList<MethodInfo> Methods { get; } =
    [
        .. typeof(PostgresEventStore).GetFields(BindingFlags.Instance | BindingFlags.NonPublic).Select(field => field.FieldType)
            .Append(typeof(TaskQueries)).Append(typeof(PostgresEventStore))
            .SelectMany(type => type.GetInterfaces())
            .Where(type => type.Namespace!.StartsWith("Ledger", StringComparison.Ordinal))
            .Distinct()
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public))
            .OrderBy(NameOf, StringComparer.Ordinal).ThenBy(method => method.ToString(), StringComparer.Ordinal),
    ];

    /// <summary>The answers of a store to all of them, without what differs from log to log: times and sequence numbers.</summary>
    public static async Task<IReadOnlyList<string>> PlayAsync(IEventStore store)
    {
        var answers = new List<string>();
        foreach (var method in Methods.Where(method => !Told.Contains(NameOf(method))))
        {
            answers.Add($"{NameOf(method)}: {Salted().Replace(await AnswerAsync(store, method), "-")}");
        }

        return answers;
    }

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static async Task<string> AnswerAsync(IEventStore store, MethodInfo method)
    {
        var target = method.DeclaringType!.IsInstanceOfType(store)
            ? store
            : typeof(IEventStore).GetMethod(nameof(IEventStore.Get))!.MakeGenericMethod(method.DeclaringType).Invoke(store, null)
                ?? throw new InvalidOperationException($"The store has no {method.DeclaringType}.");
        object?[] arguments = [.. method.GetParameters().Select(parameter => ArgumentOf(method, parameter))];
        try
        {
            var answer = method.Invoke(target, arguments);
            if (answer is Task task)
            {
                await task;
                answer = task.GetType().GetProperty("Result")?.GetValue(task);
            }
            else if (answer?.GetType().GetInterfaces().FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)) is { } stream)
            {
                answer = await (Task<List<object?>>)typeof(EveryCall).GetMethod(nameof(ListAsync), BindingFlags.Static | BindingFlags.NonPublic)!
                    .MakeGenericMethod(stream.GetGenericArguments()).Invoke(null, [answer])!;
            }

            return Print(answer);
        }
        catch (Exception refused) when (refused is not OutOfMemoryException and not NotSupportedException and not JsonException)
        {
            var fault = refused is TargetInvocationException { InnerException: { } inner } ? inner : refused;

            // What PostgreSQL refuses is a mistake of a statement, never an answer.
            return fault is PostgresException ? throw fault : $"{fault.GetType().Name}: {fault.Message}";
        }
    }

    private static async Task<List<object?>> ListAsync<T>(IAsyncEnumerable<T> items) => await items.Select(item => (object?)item).ToListAsync();

    private static string Print(object? answer) => answer switch
    {
        null => "null",
        Guid id => IsGiven(id) ? $"{id}" : "-",
        string text when Snapshot().IsMatch(text) => "a snapshot",
        IEnumerable items and not string => $"[{string.Join(", ", items.Cast<object?>().Select(Print))}]",
        RecordedEvent e => $"{e.Stream}@{e.Version.Value}[{e.Position?.Value}] {Print(e.Id)} {e.Type} {JsonSerializer.Serialize(e.Data, e.Data.GetType(), Json)}",
        _ when answer.GetType().GetProperties().FirstOrDefault(p => p.PropertyType == typeof(IReadOnlyList<RecordedEvent>)) is { } events =>
            $"{answer.GetType().Name} {Print(events.GetValue(answer))}",
        _ => JsonSerializer.Serialize(answer, answer.GetType(), Json),
    };

    private static object? ArgumentOf(MethodInfo method, ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(CancellationToken) => CancellationToken.None,
        var type when Nullable.GetUnderlyingType(type) is not null => null,
        var type when type == typeof(StreamName) => StreamName.Run(method.Name == nameof(IEventStore.ArchiveAsync) ? $"{Id}-imported" : Id),
        var type when type == typeof(History) => History.OfRun(StreamName.Run(Id)),
        var type when type == typeof(Position) => new Position(parameter.Name is "to" or "at" or "atA" or "atB" ? 2 : 0),
        var type when type == typeof(StreamVersion) => default(StreamVersion),
        var type when type == typeof(SequenceNumber) => default(SequenceNumber),
        var type when type == typeof(DateTimeOffset) => Moment,
        var type when type == typeof(int) => 2,
        var type when type == typeof(long) => 100L,
        var type when type == typeof(string) => parameter.HasDefaultValue ? parameter.DefaultValue : Id,
        var type when type == typeof(RunGrouping) => RunGrouping.Model,
        var type when type == typeof(StreamQuery) => new StreamQuery(),
        var type when type == typeof(EventQuery) => new EventQuery { Text = "Claim" },
        var type when type == typeof(LogQuery) => new LogQuery { Text = "Claim" },
        var type when type == typeof(TaskQuery) => new TaskQuery(),
        var type when type == typeof(CallQuery) => new CallQuery(),
        var type when type == typeof(MessageQuery) => new MessageQuery(Id),
        var type when type == typeof(RunQuery) => new RunQuery(),
        var type when type == typeof(BranchQuery) => new BranchQuery(),
        var type when type == typeof(ObjectFilter) || type == typeof(RelationFilter) => null,
        var type when type == typeof(EntityQuery) => new EntityQuery([Id, "other"], [Id]),
        var type when type == typeof(EventMetadata) => EventMetadata.None,
        var type when type == typeof(BranchFork) => new BranchFork(StreamName.Run(Id), $"{Id}-{method.GetParameters().Length}"),
        var type when type == typeof(BranchCreated) => BranchCreated.Of($"{Id}-created", History.OfRun(StreamName.Run(Id)), new Position(1), Id),
        var type when type == typeof(IReadOnlyList<NewEvent>) => new[] { New(new KitLoaded("of a fork"), 40) },
        var type when type == typeof(IReadOnlyList<StreamAppend>) => new[]
        {
            new StreamAppend(StreamName.Run(Id), ExpectedVersion.Any, [New(new ObjectCreated("appended", "Claim"), 20)]),
        },
        var type when type == typeof(IAsyncEnumerable<StreamEvent>) => Imported(),
        var type when type == typeof(IReadOnlyCollection<Guid>) || type == typeof(IReadOnlyList<Guid>) => new[] { Event, New(new KitLoaded(""), 20).Id },
        var type when type == typeof(IReadOnlyCollection<StreamName>) || type == typeof(IReadOnlyList<StreamName>) => new[] { StreamName.Run(Id), StreamName.Branch(Id) },
        var type when type == typeof(IReadOnlyCollection<string>) => new[] { Id, "appended" },
        var type when type == typeof(IReadOnlyList<string>) => new[] { Id },
        var type when type == typeof(IReadOnlyList<SnapshotLimit>) => new[] { new SnapshotLimit(StreamName.Run(Id), new StreamVersion(1_000)) },
        var type when type == typeof(IReadOnlyList<OpenCall>) => new[] { new OpenCall(Event, "tool", Id, Moment, false) },
        var type when type == typeof(Action<RecordedEvent>) => (Action<RecordedEvent>)(_ => { }),
        var type when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IProgress<>) => null,
        var type => throw new InvalidOperationException(
            $"{NameOf(method)} has a parameter of type {type}, which is new: say here what it gets, or tell the method in {nameof(TenantStory)}."),
    };

    /// <summary>An event whose id is the same for each tenant.</summary>
    public static NewEvent New(object data, int number) => new(data) { Id = new Guid($"00000000-0000-0000-0000-0000000000{number:00}") };

    private static async IAsyncEnumerable<StreamEvent> Imported()
    {
        await Task.CompletedTask;
        for (var i = 0; i < 3; i++)
        {
            yield return new StreamEvent(StreamName.Run($"{Id}-imported"), New(new ObjectCreated($"i{i}", "Claim"), 30 + i));
        }
    }

    [GeneratedRegex("(?<=\"\\w*commitment\":\")[^\"]+", RegexOptions.CultureInvariant)]
    private static partial Regex Salted();

    private static bool IsGiven(Guid id) => $"{id}".StartsWith("00000000", StringComparison.Ordinal);

    [GeneratedRegex(@"^\d+:\d+:", RegexOptions.CultureInvariant)]
    private static partial Regex Snapshot();

    private sealed class Left<T> : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue("-");
    }

    private sealed class MadeIds : JsonConverter<Guid>
    {
        public override Guid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Guid value, JsonSerializerOptions options) => writer.WriteStringValue(Print(value));
    }
}
