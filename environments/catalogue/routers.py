"""The routers that AWS knows by name, as their vendor, model and software are called there.

Source: a published answer of EC2 GetVpnConnectionDeviceTypes, the newest software in it being Sophos Firewall v19 (2022);
the oldest versions are left out. A router that is not here can be connected too, with the general configuration.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Router:
    vendor: str
    model: str
    software: str


ROUTERS = (
    Router("Checkpoint", "Gaia", "R80.10+"),
    Router("Cisco Meraki", "MX Series", "15.12+ (WebUI)"),
    Router("Cisco Meraki", "MX Series", "9.0+ (WebUI)"),
    Router("Cisco Systems, Inc.", "ASA 5500 Series", "ASA 8.2+"),
    Router("Cisco Systems, Inc.", "ASA 5500 Series", "ASA 9.7+ VTI"),
    Router("Cisco Systems, Inc.", "ASA 5500 Series", "ASA 9.x"),
    Router("Cisco Systems, Inc.", "Cisco ASR 1000", "IOS 12.4+"),
    Router("Cisco Systems, Inc.", "CSRv AMI", "IOS 12.4+"),
    Router("Cisco Systems, Inc.", "Firepower", "v6.2.2+"),
    Router("Cisco Systems, Inc.", "ISR Series Routers", "IOS 12.4+"),
    Router("Citrix", "Netscaler CloudBridge", "NS 11+"),
    Router("Cyberoam", "CR15iNG", "V 10.6.5 MR-1"),
    Router("F5 Networks, Inc.", "BIG-IP", "v12.0.0+"),
    Router("Fortinet", "Fortigate 40+ Series", "FortiOS 4.0+"),
    Router("Fortinet", "Fortigate 40+ Series", "FortiOS 5.0+"),
    Router("Fortinet", "Fortigate 40+ Series", "FortiOS 6.4.4+ (GUI)"),
    Router("H3C", "MSR800", "Version 5.20"),
    Router("IIJ", "SEIL/B1", "SEIL/B1 3.70+"),
    Router("IIJ", "SEIL/X1 and SEIL/X2", "SEIL/X 3.70+"),
    Router("IIJ", "SEIL/x86", "SEIL/x86 2.30+"),
    Router("Juniper Networks, Inc.", "J-Series Routers", "JunOS 9.5+"),
    Router("Juniper Networks, Inc.", "SRX Routers", "JunOS 11.0+"),
    Router("Juniper Networks, Inc.", "SSG and ISG Series Routers", "ScreenOS 6.2+"),
    Router("Microsoft", "Windows Server", "2012 R2"),
    Router("Mikrotik", "RouterOS", "6.47"),
    Router("Openswan", "Openswan", "Openswan 2.6.38+"),
    Router("Palo Alto Networks", "PA Series", "PANOS 7.0+"),
    Router("pfSense", "pfSense", "pfsense 2.2.5+(GUI)"),
    Router("SonicWall", "NSA, TZ", "OS 6.5"),
    Router("Sophos", "Sophos Firewall", "v19+"),
    Router("Sophos", "UTM", "V9"),
    Router("Strongswan", "Ubuntu 16.04", "Strongswan 5.5.1+"),
    Router("Vyatta", "Vyatta Network OS", "Vyatta Network OS 6.5+"),
    Router("WatchGuard, Inc.", "XTM, Firebox", "Fireware OS 11.12.2+ (WebUI)"),
    Router("Yamaha", "RTX Routers", "Rev.10.01.16+"),
    Router("Zyxel", "ZyWALL", "ZLD 4.3+"),
)
