# Adds faults for the load tasks. Dot-source this file:  . $PSScriptRoot/LoadFaults.ps1

# Adds faults of all kinds at random positions in the sequence of requests. The seed determines the positions.
function Add-Fault($Emulator, [int] $Requests, [double] $Share, [int] $Seed) {
    $random = [Random]::new($Seed)
    $soon = [Collections.Generic.Dictionary[string, string]]::new()
    $soon['Retry-After'] = '0'
    $kinds = @(
        { @{ Status = 429; Headers = $soon } }, { @{ Status = 503; Headers = $soon } }, { @{ Status = 500 } },
            { @{ Status = 502; Body = '<html>Down</html>'; ContentType = 'text/html' } }
        { @{ CutBeforeHeaders = $true; Cut = 'Reset' } }, { @{ CutInHeaders = $true } }, { @{ CutAfterBytes = $random.Next(400); Cut = 'Close' } }
        { @{ CutAfterBytes = $random.Next(400); Cut = 'Reset' } }, { @{ CutAfterEvents = $random.Next(6); Cut = 'Truncate' } },
            { @{ ErrorAfterEvents = $random.Next(6); ErrorStatus = 500 } }
    )
    for ($at = 0; $at -lt $Requests) {
        $skip = [int] [Math]::Floor([Math]::Log(1 - $random.NextDouble()) / [Math]::Log(1 - $Share))
        $at += $skip + 1
        $fault = & $kinds[$random.Next($kinds.Count)]
        $fault.Skip = $skip
        $Emulator.AddFault([QwenChat.QwenEmulatorFault] $fault)
        $skip
    }
}

# Returns the number of faults that occurred. Each fault skips some requests, and affects the request after them.
function Get-UsedFault($Emulator, [int[]] $Skip) {
    $left = $Emulator.Requests.Count
    $used = 0
    foreach ($passed in $Skip) {
        $left -= $passed + 1
        if ($left -lt 0) { break }
        $used++
    }
    $used
}
