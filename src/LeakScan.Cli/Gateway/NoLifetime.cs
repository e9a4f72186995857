using Microsoft.Extensions.Hosting;

namespace LeakScan.Cli.Gateway;

/// <summary>Leaves signals to the program, which ends at once on the second.</summary>
sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
