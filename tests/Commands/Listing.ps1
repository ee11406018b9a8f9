# For BeforeAll: model lists in the service's format.

# Returns an entry of the service's model list. -Price maps token ranges to prices by type. A type can end with a time band, as in input_token@peak.
function New-Listed([string] $Model, [hashtable] $Info = @{}, [string[]] $Feature = @(), [hashtable] $Price = @{}, [string] $Offline) {
    $ranges = foreach ($range in $Price.Keys) {
        $rows = foreach ($type in $Price[$range].Keys) {
            $name, $band = $type -split '@'
            @{ type = $name; price = "$($Price[$range][$type])"; price_unit = 'Per 1M tokens'; price_name = $name; time_band = $band ?? 'standard' }
        }
        @{ range_name = $range; prices = @($rows) }
    }
    @{
        model = $Model; features = $Feature; prices = @($ranges); model_info = $Info
        inference_offline_info = if ($Offline) { @{ offline_time = $Offline } }
    }
}

# Makes the emulator answer the next request with a model list, and sets $connection for that request.
function Set-Listing($Emulator, [object[]] $Entry) {
    $body = @{ success = $true; output = @{ total = $Entry.Count; page_no = 1; page_size = 100; models = @($Entry) } } | ConvertTo-Json -Depth 10
    $Emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = 200; Body = $body; Times = 1 })
    $script:connection = New-QwenConnection -BaseUri $Emulator.BaseUri -ApiKey $Emulator.ApiKey
}
