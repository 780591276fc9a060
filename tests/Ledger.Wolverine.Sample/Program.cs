using JasperFx;
using JasperFx.CodeGeneration;
using Ledger.Wolverine.Sample.Claims;
using Ledger.Wolverine.Sample.Engines;
using Ledger.Wolverine.Sample.Steps;

var builder = WebApplication.CreateBuilder(args);
var connectionString = builder.Configuration.GetConnectionString("Postgres")
    ?? throw new InvalidOperationException("Name a database: ConnectionStrings__Postgres=Host=…;Database=….");
var isNative = builder.Configuration["Engine"] == "native";
if (isNative)
{
    builder.AddNativeEngine(connectionString);
}
else
{
    builder.AddMartenEngine(connectionString);
}

// sample: compiled handlers in production
builder.Services.CritterStackDefaults(defaults => defaults.Production.GeneratedCodeMode = TypeLoadMode.Static);
// end of sample

var app = builder.Build();
app.MapSteps();
if (!isNative)
{
    app.MapClaims();
}

// sample: the application's commands
return await app.RunJasperFxCommands(args);
// end of sample
