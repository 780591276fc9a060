using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Functions;

/// <summary>Which recorded answer of a model asked for a call of a function.</summary>
internal static class FunctionCallCauses
{
    private static readonly ConditionalWeakTable<FunctionCallContent, object> Causes = [];

    /// <summary>Notes the calls that an answer asks for.</summary>
    public static void Note(IEnumerable<AIContent> contents, Guid responseId)
    {
        foreach (var call in contents.OfType<FunctionCallContent>())
        {
            Causes.AddOrUpdate(call, responseId);
        }
    }

    /// <summary>The id of the response's event; null where the answer was not recorded.</summary>
    public static Guid? Of(FunctionCallContent call) => Causes.TryGetValue(call, out var id) ? (Guid)id : null;
}
