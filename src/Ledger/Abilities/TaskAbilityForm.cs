using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ledger.Bus;
using Ledger.Json;
using Ledger.Tasks;

namespace Ledger.Abilities;

/// <summary>The JSON of the abilities on tasks: that of Agent OS, or one for language models.</summary>
/// <remarks>A model has no clock, and its context has an end: times are ISO 8601 and may be left out, and lists end after a number of items and characters.</remarks>
internal sealed class TaskAbilityForm
{
    private const int MostItems = 1_000;
    private const int DefaultItems = 100;
    private const int MostCharacters = 128 * 1024;

    private readonly JsonSerializerOptions _json;
    private readonly bool _isBounded;

    private TaskAbilityForm(JsonSerializerOptions json, bool isBounded) => (_json, _isBounded) = (json, isBounded);

    /// <summary>The form of Agent OS: times are Unix milliseconds, lists are whole.</summary>
    public static TaskAbilityForm AgentOs { get; } = new(LedgerAbilityContext.Default.Options, isBounded: false);

    /// <summary>The form for language models.</summary>
    public static TaskAbilityForm Models { get; } = new(
        new JsonSerializerOptions(LedgerAbilityContext.Default.Options) { TypeInfoResolver = LedgerAbilityContext.Default.WithAddedModifier(UseIsoTimes) },
        isBounded: true);

    public AbilityMeta<TInput, TOutput> Meta<TInput, TOutput>(string id, string description) =>
        new(id, description, (JsonTypeInfo<TInput>)_json.GetTypeInfo(typeof(TInput)), (JsonTypeInfo<TOutput>)_json.GetTypeInfo(typeof(TOutput)));

    /// <summary>How many items a list may have; null for all.</summary>
    public int? LimitOf(int? asked) => _isBounded ? Math.Min(asked ?? DefaultItems, MostItems) : asked;

    /// <summary>The first items that fit into an answer, at least one.</summary>
    public IReadOnlyList<T> Fit<T>(IReadOnlyList<T> items, Func<T, long> sizeOf)
    {
        var size = 0L;
        return _isBounded ? [.. items.TakeWhile((item, i) => (size += sizeOf(item)) <= MostCharacters || i == 0)] : items;
    }

    /// <summary>A task with the times that were left out.</summary>
    public async Task<AgentTask> CompleteAsync(AgentTask task, TaskLedger tasks, CancellationToken cancellationToken)
    {
        if (_isBounded && task.CreatedAt == default && await tasks.FindTaskAsync(task.Id, cancellationToken).ConfigureAwait(false) is { } known)
        {
            task = task with { CreatedAt = known.CreatedAt };
        }

        return task with { CreatedAt = OrNow(task.CreatedAt, tasks), UpdatedAt = OrNow(task.UpdatedAt, tasks) };
    }

    /// <summary>A call with the times that were left out.</summary>
    public async Task<Call> CompleteAsync(Call call, TaskLedger tasks, CancellationToken cancellationToken)
    {
        if (_isBounded && call.CreatedAt == default && await tasks.FindCallAsync(call.Id, cancellationToken).ConfigureAwait(false) is { } known)
        {
            call = call with { CreatedAt = known.CreatedAt };
        }

        return call with { CreatedAt = OrNow(call.CreatedAt, tasks), UpdatedAt = OrNow(call.UpdatedAt, tasks) };
    }

    /// <summary>A message with the time that was left out.</summary>
    public Message Complete(Message message, TaskLedger tasks) => message with { Timestamp = OrNow(message.Timestamp, tasks) };

    private DateTimeOffset OrNow(DateTimeOffset time, TaskLedger tasks) => _isBounded && time == default ? tasks.Now : time;

    private static void UseIsoTimes(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.AttributeProvider?.GetCustomAttributes(typeof(JsonConverterAttribute), inherit: false) is [JsonConverterAttribute { ConverterType: { } converter }, ..]
                && converter == typeof(UnixMillisecondsConverter))
            {
                property.CustomConverter = Nullable.GetUnderlyingType(property.PropertyType) is null ? new IsoTimeConverter() : new IsoTimeConverter.OrNull();
                property.IsRequired = false;
            }
        }
    }
}
