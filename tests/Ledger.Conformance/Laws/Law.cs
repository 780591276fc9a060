using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Ledger.Conformance.Laws;

/// <summary>Runs properties over random values; a failure shows the smallest value found that breaks the law.</summary>
/// <remarks>The values are the same in every run, so that a change is not refused for what another one did; a soak looks for new ones.</remarks>
public static class Law
{
    private static readonly Config Start = Scale.IsSoak
        ? Config.QuickThrowOnFailure
        : Config.QuickThrowOnFailure.WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(20_261_130), FSharpOption<int>.None)));

    /// <summary>Checks a law that calls a store.</summary>
    public static Task HoldsAsync<T>(Arbitrary<T> values, Func<T, Task> law, int times) =>
        // FsCheck drives the calls from a thread of its own, and waits for each there.
        Task.Run(() => Holds(values, value => Task.Run(() => law(value)).GetAwaiter().GetResult(), times));

    /// <summary>Checks a law of pure values.</summary>
    public static void Holds<T>(Arbitrary<T> values, Action<T> law, int times = 200) =>
        Check.One(Start.WithMaxTest(times), Prop.ForAll(values, law));

    /// <summary>Checks a property as it is.</summary>
    public static void Holds(Property law) => Check.One(Start, law);

    /// <summary>Arrays of up to some values; smaller ones come by leaving out parts.</summary>
    public static Arbitrary<T[]> ArraysOf<T>(Gen<T> element, int upTo) =>
        Arb.From(Gen.Choose(0, upTo).SelectMany(count => Gen.ArrayOf(element, count)), values => Shrink(values));

    private static IEnumerable<T[]> Shrink<T>(T[] values)
    {
        for (var size = values.Length / 2; size > 0; size /= 2)
        {
            for (var start = 0; start + size <= values.Length; start += size)
            {
                yield return [.. values[..start], .. values[(start + size)..]];
            }
        }
    }
}
