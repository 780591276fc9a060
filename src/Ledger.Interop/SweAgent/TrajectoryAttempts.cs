using System.Text.Json;
using Ledger.Interop.Reading;
using Ledger.Json;

namespace Ledger.Interop.SweAgent;

/// <summary>The attempts in a file: the main one, which becomes the run, and the others.</summary>
/// <remarks>
/// The file of an agent that tries several times has the best attempt at the top, and all attempts in <c>attempts</c>. A file that was
/// cut short has only <c>attempts</c>: the best is then the one that <c>info</c> names, else the last one with a step.
/// </remarks>
internal sealed class TrajectoryAttempts
{
    public TrajectoryAttempts(JsonElement json, Extras extras)
    {
        List<(int Number, JsonElement Json)> attempts = [.. json.Items("attempts").Select((a, i) => (i + 1, a))];
        foreach (var empty in attempts.Where(a => !a.Json.HasSteps()).ToList())
        {
            extras.Add("attempts without a step", empty.Json);
            attempts.Remove(empty);
        }

        var named = json.Member("info").Member("best_attempt_idx") is { ValueKind: JsonValueKind.Number } index && index.TryGetInt32(out var best)
            ? attempts.FindIndex(a => a.Number == best + 1)
            : -1;
        if (json.HasSteps())
        {
            Run = json;
            var isNamed = named >= 0 && IsCopy(attempts[named].Json, json);
            var copy = isNamed ? named : attempts.FindIndex(a => IsCopy(a.Json, json));
            Remove(attempts, copy);
        }
        else if (attempts.Count > 0)
        {
            var chosen = named >= 0 ? named : attempts.Count - 1;
            Run = attempts[chosen].Json;
            Remove(attempts, chosen);
        }

        Others = attempts;
    }

    /// <summary>The main attempt, which becomes the run; undefined if no attempt has a step.</summary>
    public JsonElement Run { get; }

    /// <summary>The others, each with its number in the file, from 1.</summary>
    public IReadOnlyList<(int Number, JsonElement Json)> Others { get; }

    private static void Remove(List<(int Number, JsonElement Json)> attempts, int index)
    {
        if (index >= 0)
        {
            attempts.RemoveAt(index);
        }
    }

    private static bool IsCopy(JsonElement attempt, JsonElement json)
    {
        var member = json.Member("trajectory").ValueKind == JsonValueKind.Array ? "trajectory" : "history";
        try
        {
            return JsonEquality.Instance.Equals(attempt.Member(member), json.Member(member));
        }
        catch (InvalidOperationException)
        {
            // Text with half of a surrogate pair cannot be compared.
            return attempt.Member(member).GetRawText() == json.Member(member).GetRawText();
        }
    }
}
