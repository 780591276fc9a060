using System.Security.Cryptography;
using System.Text;

namespace Ledger.Runs;

/// <summary>The streams in which budgets are kept, named after what the budget is of: a root run, a task.</summary>
internal static class BudgetStream
{
    private const string Category = "budget:";

    public static StreamName Of(StreamName owner) => new(
        Category + (Category.Length + owner.Value.Length <= StreamName.MaxLength
            ? owner.Value
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner.Value)))));

    /// <summary>The name that a text is, or null.</summary>
    public static StreamName? Parse(string text)
    {
        try
        {
            return new StreamName(text);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
