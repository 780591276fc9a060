using System.Text.Json;
using Json.Schema;
using Ledger.Log.Contracts;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log.Contracts;

/// <summary>Values fit a contract or not exactly when another validator says so.</summary>
public sealed class ValidatorTests
{
    [Fact]
    public void FaultOf_RandomSchemasAndValues_AgreesWithAnotherValidator()
    {
        var random = new Random(5);
        var (fitting, refused) = (0, 0);
        for (var i = 0; i < 1_000; i++)
        {
            var schema = RandomSchemas.Schema(random, 3);
            var (contract, other) = (new EventContract("e", JsonElement.Parse(schema)), JsonSchema.FromText(schema));
            for (var j = 0; j < 10; j++)
            {
                var value = JsonElement.Parse(RandomSchemas.Instance(random, 3));
                var fits = other.Evaluate(value).IsValid;
                (contract.FaultOf(value) is null).ShouldBe(fits, $"{schema}: {value}");
                _ = fits ? fitting++ : refused++;
            }
        }

        (fitting > 500, refused > 500).ShouldBe((true, true), $"{fitting} {refused}");
    }
}
