using System.Runtime.CompilerServices;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Bus;

/// <summary>A registered ability: JSON in, pieces of JSON out.</summary>
internal abstract class Ability(AbilityMeta meta)
{
    public AbilityMeta Meta => meta;

    /// <summary>Whether it answers with any number of pieces instead of exactly one.</summary>
    public abstract bool IsStream { get; }

    /// <summary>Runs the handler on an input that matches the schema.</summary>
    public abstract IAsyncEnumerable<string> RunAsync(JsonElement input, CancellationToken cancellationToken);
}

/// <summary>An ability that answers once.</summary>
internal sealed class SingleAbility<TInput, TOutput>(
    AbilityMeta<TInput, TOutput> meta, Func<TInput, CancellationToken, Task<TOutput>> handler) : Ability(meta)
{
    public override bool IsStream => false;

    public override async IAsyncEnumerable<string> RunAsync(JsonElement input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var output = await handler(AbilityInput.Read(meta, input), cancellationToken).ConfigureAwait(false);
        yield return EventJson.ToText(writer => JsonSerializer.Serialize(writer, output, meta.Output));
    }
}

/// <summary>An ability that answers in pieces.</summary>
internal sealed class StreamingAbility<TInput, TOutput>(
    AbilityMeta<TInput, TOutput> meta, Func<TInput, CancellationToken, IAsyncEnumerable<TOutput>> handler) : Ability(meta)
{
    public override bool IsStream => true;

    public override async IAsyncEnumerable<string> RunAsync(JsonElement input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pieces = handler(AbilityInput.Read(meta, input), cancellationToken);
        await foreach (var piece in pieces.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return EventJson.ToText(writer => JsonSerializer.Serialize(writer, piece, meta.Output));
        }
    }
}
